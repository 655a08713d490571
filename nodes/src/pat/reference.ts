/** The packet reference, docs/packets.md, made from the declarations. */
import type { Codec, Fields, StructShape } from './codec.ts'
import { headerSize } from './frame.ts'
import type { AnyPacket } from './packet.ts'
import { packetOf, packets } from './registry.ts'
import * as structs from './structs/index.ts'

/** High byte of an id (wire.md 2). It names a topic, not the server on which the packet is used. */
const families: Readonly<Record<number, string>> = {
  96: 'Every server',
  97: 'Account and server list',
  98: 'Terms, announcements, the way to LMP',
  99: 'Binaries, server list on FMP',
  100: 'Places',
  101: 'Quest parties',
  102: 'Players',
  105: 'Agreements',
}

const kinds = { request: 0x01, answer: 0x02 } as const

const introduction = `# Packets

Made by \`npm run docs\` from the declarations in \`nodes/src/pat/packets\` and \`nodes/src/pat/structs\`, where the
meaning of each field is told; do not edit. A test fails when this page is stale.

A frame is a header of ${headerSize} bytes (u16 size of the payload, u16 sequence, u32 id) and the payload, all big-endian. An answer
carries the id of its request with the third byte 02, and the request's sequence; with the last byte 01 (Alert) or ff (Ng) it
refuses the request and carries \`show: u32\` and \`text: lp2\` instead.

| type | bytes |
| --- | --- |
| \`u8\` \`u16\` \`u32\` | unsigned integer |
| \`lp2\` | u16 number of bytes, then the bytes, without a NUL |
| \`bytes\` | everything up to the end of the payload |
| \`fieldList\` | u8 count, then that many u8: the fields of a structure that are wanted |
| \`items:Name\` | a structure: u8 count, then per item u8 field, u8 type, value, in any order (see [Structures](#structures)) |
| \`optionalFields\` | u8 count, then per entry u8 id, u8 hasValue, u32 value if there is one |
| \`detailedOptionalFields\` | u32, u32 count, then per entry u8 id, u8 hasValue, u8 operator, u32 value if there is one |
| \`optionalFieldRequests\` | u8 count, then per entry u8 id, u8 of unknown meaning |
| \`u32 count, records {…}\` | a count of that type, then as many records |
| \`u16 length, block {…}\` | fields, and perhaps unknown bytes, in that many bytes |

A field with a question mark may be missing at the end. Bytes beyond the last field are kept.
`

export function packetReference(): string {
  const sections = [...new Set(packets.map(({ id }) => id >>> 24))].map(familySection)
  return `${[introduction, ...sections, structSection(), blobSection()].join('\n')}`
}

function familySection(family: number): string {
  const rows = packets.filter(({ id }) => id >>> 24 === family).map(packetRow)
  const title = `## ${families[family] ?? 'Others'} (${family.toString(16)})`
  return [
    title,
    '',
    '| id | name | from | payload | answered by |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

function packetRow(spec: AnyPacket): string {
  const payload = spec.layout === 'unknown' ? 'unknown' : fieldsText(spec.fields)
  return `| ${idText(spec.id)} | ${spec.name} | ${spec.from} | ${payload || 'empty'} | ${answerName(spec)} |`
}

/** A request is answered by the packet whose id differs in the kind alone. */
function answerName({ id, from, answer: other }: AnyPacket): string {
  if (other) return other
  if (((id >>> 8) & 0xff) !== kinds.request) return ''
  const answer = (id & ~0xff00) | (kinds.answer << 8)
  return packetOf(answer >>> 0, from === 'client' ? 'server' : 'client')?.name ?? 'unknown'
}

function idText(id: number): string {
  return id.toString(16).padStart(8, '0')
}

function fieldsText(fields: Fields): string {
  return Object.entries(fields)
    .map(([name, codec]) => `\`${name}${codec.optional ? '?' : ''}: ${codecText(codec)}\``)
    .join('<br>')
}

function codecText(codec: Codec<unknown>): string {
  if (!codec.record) return codec.type
  const record = Object.entries(codec.record).map(([name, inner]) => `${name}: ${codecText(inner)}`)
  return `${codec.type} { ${record.join(', ')} }`
}

function isStruct(value: unknown): value is StructShape {
  return typeof value === 'object' && value !== null && 'of' in value
}

function isBlob(value: unknown): value is { name: string; size: number; fields: Fields } {
  return typeof value === 'object' && value !== null && 'size' in value && 'decode' in value
}

/** By name: the order of a module's exports is the runtime's affair. Some are functions; the guards below choose. */
const declared: readonly unknown[] = Object.entries(structs)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([, value]) => value)

function structSection(): string {
  const parts = declared.filter(isStruct).map(({ name, fields }) => {
    const rows = Object.entries(fields).map(([field, { id, type, max }]) => {
      const most = max === undefined ? '' : `at most ${max} bytes`
      return `| ${id.toString(16).padStart(2, '0')} | \`${field}\` | ${type} | ${most} |`
    })
    return [`### ${name}`, '', '| field | name | type | |', '| --- | --- | --- | --- |', ...rows, ''].join(
      '\n',
    )
  })
  const head = `## Structures

Types: 1 byte, 2 word, 3 long, 4 longlong, 5 string, 6 binary (the last two with a u16 length). Fields that are not listed are kept.
`
  return [head, ...parts].join('\n')
}

function blobSection(): string {
  const parts = declared.filter(isBlob).map(({ name, size, fields }) => {
    const rows = Object.entries(fields).map(([field, { type }]) => `| \`${field}\` | ${type} |`)
    return [`### ${name}, ${size} bytes`, '', '| name | type |', '| --- | --- |', ...rows, ''].join('\n')
  })
  return ['## Blobs\n\nFixed layouts inside a byte string.\n', ...parts].join('\n')
}
