/** The list of game servers, on LMP and (second family) on FMP. Source: protocol/packets.json. */
import { counted, fieldList, u32 } from '../codec.ts'
import { items } from '../items.ts'
import { packet } from '../packet.ts'
import { FmpData } from '../structs/account.ts'

/**
 * Client asks for the version of the FMP list on the LMP server (the client takes only the first entry from
 * it). On LMP. Answered by AnsFmpListVersion.
 */
export const ReqFmpListVersion = packet({
  name: 'ReqFmpListVersion',
  id: 0x61300100,
  from: 'client',
  fields: {},
})

/**
 * Version of the FMP list on the LMP server (the client takes only the first entry from it). On LMP.
 */
export const AnsFmpListVersion = packet({
  name: 'AnsFmpListVersion',
  id: 0x61300200,
  from: 'server',
  fields: {
    /**
     * With a different number on FMP the client fetches the list again, with the same number it only updates
     * the populations.
     */
    version: u32,
  },
})

/**
 * Client asks how many servers there are: FMP list on the LMP server (the client takes only the first entry
 * from it). On LMP. Answered by AnsFmpListHead.
 */
export const ReqFmpListHead = packet({
  name: 'ReqFmpListHead',
  id: 0x61310100,
  from: 'client',
  fields: {
    version: u32,
    /** 1-based. */
    firstIndex: u32,
    /** Maximum wanted. */
    count: u32,
    /** Wanted fields of FmpData. */
    fields: fieldList,
  },
})

/**
 * Number of servers. On LMP.
 */
export const AnsFmpListHead = packet({
  name: 'AnsFmpListHead',
  id: 0x61310200,
  from: 'server',
  fields: {
    /** Read and not used by the client. */
    ignored: u32,
    /** Number of records available. */
    count: u32,
  },
})

/**
 * Client asks for servers: FMP list on the LMP server (the client takes only the first entry from it). On LMP.
 * Answered by AnsFmpListData.
 */
export const ReqFmpListData = packet({
  name: 'ReqFmpListData',
  id: 0x61320100,
  from: 'client',
  fields: {
    /** 1-based. */
    firstIndex: u32,
    count: u32,
  },
})

/**
 * Servers. On LMP.
 */
export const AnsFmpListData = packet({
  name: 'AnsFmpListData',
  id: 0x61320200,
  from: 'server',
  fields: {
    /** Read and not used by the client; 0. */
    ignored: u32,
    records: counted(u32, {
      fmpData: items(FmpData),
    }),
  },
})

/**
 * End of the server list. On LMP. Answered by AnsFmpListFoot.
 */
export const ReqFmpListFoot = packet({ name: 'ReqFmpListFoot', id: 0x61330100, from: 'client', fields: {} })

/**
 * End of the server list. On LMP.
 */
export const AnsFmpListFoot = packet({ name: 'AnsFmpListFoot', id: 0x61330200, from: 'server', fields: {} })

/**
 * Client has picked a server and wants its address. On LMP. Answered by AnsFmpInfo.
 */
export const ReqFmpInfo = packet({
  name: 'ReqFmpInfo',
  id: 0x61340100,
  from: 'client',
  fields: {
    /** FmpData.index. */
    serverIndex: u32,
    /** Wanted fields of FmpData. */
    fields: fieldList,
  },
})

/**
 * Address and port of the server. On LMP.
 */
export const AnsFmpInfo = packet({
  name: 'AnsFmpInfo',
  id: 0x61340200,
  from: 'server',
  fields: {
    /** Only the requested fields; in practice 0x02 and 0x03. */
    fmpData: items(FmpData),
  },
})

/**
 * Client asks for the version of the FMP list on the FMP server (entries past the first; the server selection
 * screen). On FMP. Answered by AnsFmpListVersion2.
 */
export const ReqFmpListVersion2 = packet({
  name: 'ReqFmpListVersion2',
  id: 0x63100100,
  from: 'client',
  fields: {},
})

/**
 * Version of the FMP list on the FMP server (entries past the first; the server selection screen). On FMP.
 */
export const AnsFmpListVersion2 = packet({
  name: 'AnsFmpListVersion2',
  id: 0x63100200,
  from: 'server',
  fields: {
    /**
     * With a different number on FMP the client fetches the list again, with the same number it only updates
     * the populations.
     */
    version: u32,
  },
})

/**
 * Client asks how many servers there are: FMP list on the FMP server (entries past the first; the server
 * selection screen). On FMP. Answered by AnsFmpListHead2.
 */
export const ReqFmpListHead2 = packet({
  name: 'ReqFmpListHead2',
  id: 0x63110100,
  from: 'client',
  fields: {
    version: u32,
    /** 1-based. */
    firstIndex: u32,
    /** Maximum wanted. */
    count: u32,
    /** Wanted fields of FmpData. */
    fields: fieldList,
  },
})

/**
 * Number of servers. On FMP.
 */
export const AnsFmpListHead2 = packet({
  name: 'AnsFmpListHead2',
  id: 0x63110200,
  from: 'server',
  fields: {
    /** Read and not used by the client. */
    ignored: u32,
    /** Number of records available. */
    count: u32,
  },
})

/**
 * Client asks for servers: FMP list on the FMP server (entries past the first; the server selection screen).
 * On FMP. Answered by AnsFmpListData2.
 */
export const ReqFmpListData2 = packet({
  name: 'ReqFmpListData2',
  id: 0x63120100,
  from: 'client',
  fields: {
    /** 1-based. */
    firstIndex: u32,
    count: u32,
  },
})

/**
 * Servers. On FMP.
 */
export const AnsFmpListData2 = packet({
  name: 'AnsFmpListData2',
  id: 0x63120200,
  from: 'server',
  fields: {
    /** Read and not used by the client; 0. */
    ignored: u32,
    records: counted(u32, {
      fmpData: items(FmpData),
    }),
  },
})

/**
 * End of the server list. On FMP. Answered by AnsFmpListFoot2.
 */
export const ReqFmpListFoot2 = packet({ name: 'ReqFmpListFoot2', id: 0x63130100, from: 'client', fields: {} })

/**
 * End of the server list. On FMP.
 */
export const AnsFmpListFoot2 = packet({ name: 'AnsFmpListFoot2', id: 0x63130200, from: 'server', fields: {} })

/**
 * Client has picked a server and wants its address. On FMP. Answered by AnsFmpInfo2.
 */
export const ReqFmpInfo2 = packet({
  name: 'ReqFmpInfo2',
  id: 0x63140100,
  from: 'client',
  fields: {
    /** FmpData.index. */
    serverIndex: u32,
    /** Wanted fields of FmpData. */
    fields: fieldList,
  },
})

/**
 * Address and port of the server. On FMP.
 */
export const AnsFmpInfo2 = packet({
  name: 'AnsFmpInfo2',
  id: 0x63140200,
  from: 'server',
  fields: {
    /** Only the requested fields; in practice 0x02 and 0x03. */
    fmpData: items(FmpData),
  },
})
