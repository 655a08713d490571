import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { EntryNode } from '../host/testing/entry-node.ts'
import { RawClient } from '../host/testing/raw-client.ts'
import {
  AnsAnnounce,
  AnsAuthenticationToken,
  AnsLmpConnect,
  AnsMaintenance,
  AnsMediaVersionInfo,
  AnsNoCharge,
  AnsShut,
  AnsSubTerms,
  AnsSubTermsInfo,
  AnsTerms,
  AnsTermsVersion,
  AnsVulgarityInfoHigh,
  AnsVulgarityInfoHighJAP,
  AnsVulgarityInfoLow,
  AnsVulgarityInfoLowJAP,
  AnsVulgarityLow,
  ascii,
  encodeFrame,
  latin1,
  messageText,
  NtcShut,
  noBytes,
  ReqAnnounce,
  ReqAuthenticationToken,
  ReqCommonKey,
  ReqLmpConnect,
  ReqMaintenance,
  ReqMediaVersionInfo,
  ReqNoCharge,
  ReqShut,
  ReqSubTerms,
  ReqSubTermsInfo,
  ReqTerms,
  ReqTermsVersion,
  ReqVulgarityInfoHigh,
  ReqVulgarityInfoHighJAP,
  ReqVulgarityInfoLow,
  ReqVulgarityInfoLowJAP,
  ReqVulgarityLow,
} from '../pat/index.ts'
import { listedServer } from './testing/memory-link.ts'

let node: EntryNode

beforeEach(async () => {
  node = await EntryNode.start()
})
afterEach(() => node.close())

const connectionData = { mediaVersion: ascii('1001301045'), languageCode: 1 }

describe('open', () => {
  test('a crowd between two syncs is spread over the entry nodes, by what central counted', async () => {
    const entry = (port: number, load: number) => ({
      ...{ nodeId: `00000000-0000-4000-8000-00000000${port}`, load },
      ...{ lmp: { host: '127.0.0.1', port }, rfp: null },
    })
    const directory = { version: 1, servers: [listedServer(1)], entries: [entry(9001, 0), entry(9002, 2)] }
    node.link.directory = directory
    const ports: number[] = []
    const visit = async () => {
      const console = RawClient.plain(node.opn)
      await console.open(connectionData)
      ports.push((await console.call(ReqLmpConnect, {}, AnsLmpConnect)).port)
    }
    for (let console = 0; console < 6; console++) await visit()
    expect(ports).toEqual([9001, 9001, 9001, 9002, 9001, 9002])
    // Central has counted anew.
    node.link.directory = { ...directory, entries: [entry(9002, 0), entry(9001, 0)] }
    await visit()
    expect(ports.at(-1)).toBe(9002)
  })

  test('the whole visit, from the token to the way to LMP', async () => {
    node.content.termsText = { version: 77, bytes: new Uint8Array(20_000).map((_, i) => i) }
    node.content.announced = ascii('Welcome')
    node.content.charged = ascii('Free')
    const console = RawClient.plain(node.opn)
    expect(await console.open(connectionData)).toBe(5)
    await console.call(ReqAuthenticationToken, { nasToken: ascii('NAS') }, AnsAuthenticationToken)

    const { version, size } = await console.call(ReqTermsVersion, {}, AnsTermsVersion)
    expect({ version, size }).toEqual({ version: 77, size: 20_000 })
    const parts: Uint8Array[] = []
    for (let offset = 0; offset < size; ) {
      const part = await console.call(ReqTerms, { version, offset, size: 8192 }, AnsTerms)
      expect(part.offset).toBe(offset)
      expect(part.size).toBe(part.text.length)
      parts.push(part.text)
      offset += part.size
    }
    expect(parts).toHaveLength(3)
    expect(Buffer.concat(parts).equals(node.content.termsText.bytes)).toBe(true)

    expect(latin1((await console.call(ReqAnnounce, {}, AnsAnnounce)).text)).toBe('Welcome')
    expect(latin1((await console.call(ReqNoCharge, {}, AnsNoCharge)).text)).toBe('Free')
    for (const infoType of [2, 1]) {
      expect(await console.call(ReqVulgarityInfoLow, { infoType }, AnsVulgarityInfoLow)).toEqual({
        version: 1,
        infoType,
        size: 0,
      })
    }
    await console.call(ReqCommonKey, {}, AnsAuthenticationToken)
    expect(await console.call(ReqLmpConnect, {}, AnsLmpConnect)).toEqual({
      address: ascii('127.0.0.1'),
      port: 8201,
    })
    await console.call(ReqShut, { shutType: 2 }, AnsShut)
    await console.closed
  })

  test('the common key is answered with the sequence of its own request', async () => {
    const console = RawClient.plain(node.opn)
    await console.open()
    console.send(encodeFrame(ReqCommonKey, 0x2222, {}))
    expect(await console.next()).toMatchObject({ name: 'AnsAuthenticationToken', sequence: 0x2222 })
  })

  test('the terms of European games, whatever kind they ask for', async () => {
    const console = RawClient.plain(node.opn)
    await console.open()
    for (const subTermsType of [0, 1, 9]) {
      const { version, size } = await console.call(ReqSubTermsInfo, { subTermsType }, AnsSubTermsInfo)
      const part = await console.call(
        ReqSubTerms,
        { version, subTermsType, offset: 4, size: 8192 },
        AnsSubTerms,
      )
      expect(part).toEqual({ subTermsType, offset: 4, size: size - 4, text: ascii('terms') })
    }
  })

  test('a slice beyond the end is empty, not an error', async () => {
    const console = RawClient.plain(node.opn)
    await console.open()
    for (const offset of [5, 6, 0xffffffff]) {
      const part = await console.call(ReqTerms, { version: 1, offset, size: 0xffffffff }, AnsTerms)
      expect(part).toEqual({ offset, size: 0, text: noBytes })
    }
    expect(
      await console.call(
        ReqVulgarityLow,
        { version: 1, infoType: 2, offset: 300, size: 8192 },
        AnsVulgarityLow,
      ),
    ).toEqual({ infoType: 2, offset: 300, size: 0, text: noBytes })
  })

  test('word lists of other regions are empty as well', async () => {
    const console = RawClient.plain(node.opn)
    await console.open()
    const data = noBytes
    expect(await console.call(ReqVulgarityInfoHighJAP, { data }, AnsVulgarityInfoHighJAP)).toMatchObject({
      size: 0,
    })
    expect(await console.call(ReqVulgarityInfoLowJAP, { data }, AnsVulgarityInfoLowJAP)).toMatchObject({
      size: 0,
    })
    expect(await console.call(ReqVulgarityInfoHigh, { data }, AnsVulgarityInfoHigh)).toMatchObject({ b: 0 })
  })

  test('the least loaded live entry node is named, this one while there is none', async () => {
    node.link.directory = {
      ...node.link.directory,
      entries: [
        { nodeId: crypto.randomUUID(), lmp: { host: '10.0.0.5', port: 8201 }, rfp: null },
        { nodeId: crypto.randomUUID(), lmp: { host: '10.0.0.6', port: 8201 }, rfp: null },
      ],
    }
    const console = RawClient.plain(node.opn)
    await console.open()
    // wire.md 1
    console.send(encodeFrame(ReqLmpConnect, 4, {}))
    const answer = await console.next()
    expect(Buffer.from(answer?.payload ?? []).toString('hex')).toBe('000831302e302e302e352009')
  })
})

describe('not open', () => {
  test.each([
    ['closed', 1],
    ['maintenance', 2],
  ] as const)('%s is NtcLogin %i and a text', async (status, login) => {
    node.content.admitted = { status, text: ascii('Back at noon') }
    const console = RawClient.plain(node.opn)
    expect(await console.open(connectionData)).toBe(login)
    expect(latin1((await console.call(ReqMaintenance, {}, AnsMaintenance)).text)).toBe('Back at noon')
    await console.call(ReqTermsVersion, {}, AnsTermsVersion)
    await console.call(ReqShut, { shutType: 1 }, AnsShut)
  })

  test('a wrong version of the game is told which one is right', async () => {
    node.content.admitted = {
      status: 'wrong-version',
      wanted: ascii('1001301045'),
      text: ascii('Please update'),
    }
    const console = RawClient.plain(node.opn)
    expect(await console.open(connectionData)).toBe(3)
    const told = await console.call(ReqMediaVersionInfo, {}, AnsMediaVersionInfo)
    expect(latin1(told.mediaVersion)).toBe('1001301045')
    expect(latin1(told.patchMessage)).toBe('Please update')
    expect(told.mediaVersionInfo.get('unknown0x02')).toEqual(ascii('1001301045'))
  })

  test('without a game server it is maintenance, and nobody is sent on', async () => {
    node.link.directory = {
      ...node.link.directory,
      servers: [listedServer(1, { status: 'down', address: null })],
    }
    const console = RawClient.plain(node.opn)
    expect(await console.open(connectionData)).toBe(2)
    const { text } = await console.call(ReqMaintenance, {}, AnsMaintenance)
    expect(latin1(text)).toContain('No game server is open')
    console.send(encodeFrame(ReqLmpConnect, 3, {}))
    const { message } = await console.expect(NtcShut)
    expect(message).toEqual(messageText('No game server is open right now. Please try again later.'))
  })
})

test('RFP lets a console in, and lets it go', async () => {
  const console = RawClient.plain(node.rfp)
  expect(await console.open(connectionData)).toBe(1)
  await console.call(ReqShut, { shutType: 2 }, AnsShut)
  await console.closed
})
