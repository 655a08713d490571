/** The default world shared out over the nodes of a host, and how game servers change hands: never two hosts of one. */
import { type Role, releaseOwnServers, syncNode } from '@citygate/schema/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type TestCentral, type TestNode, testCentral } from '../testing/central.ts'
import { syncBody } from '../testing/hunters.ts'

let central: TestCentral
beforeAll(async () => {
  central = await testCentral()
})
afterAll(() => central[Symbol.asyncDispose]())

const refusal = (code: string) => expect.objectContaining({ code })
const carriedBy = ({ registration }: TestNode) => registration.servers.map(({ id }) => id)
const share = (index: number, of: number) => ({
  roles: ['world'] satisfies Role[],
  servers: { default: { index, of } },
})
const whole = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]

/** What stands in the database, which is what consoles are shown. */
async function carriers(): Promise<Map<number, string>> {
  const rows = await central.sql`select id, node_id from servers where node_id is not null order by id`
  return new Map(rows.map((row) => [row.id, row.node_id]))
}

beforeEach(async () => {
  await central.sql`update servers set node_id = null, epoch = null`
})

describe('shares', () => {
  test('workers that start at once on an empty database carry the whole world, each a part of every kind', async () => {
    await central.sql`delete from servers`
    const nodes = await Promise.all([0, 1, 2].map((index) => central.node(share(index, 3))))
    expect(nodes.map(carriedBy)).toEqual([
      [1, 4, 7, 10],
      [2, 5, 8, 11],
      [3, 6, 9, 12],
    ])
    const own = new Set(nodes.map(({ nodeId }) => nodeId))
    expect([...(await carriers()).keys()]).toEqual(whole)
    expect(new Set((await carriers()).values())).toEqual(own)
  })

  test('a worker that starts again has its share again, while the others go on', async () => {
    const [first, second] = await Promise.all([0, 1].map((index) => central.node(share(index, 2))))
    const again = await first?.again()
    expect(again && carriedBy(again)).toEqual([1, 3, 5, 7, 9, 11])
    expect(second && carriedBy(second)).toEqual([2, 4, 6, 8, 10, 12])
  })

  test('more workers than game servers: the last ones carry none', async () => {
    const last = await central.node(share(12, 13))
    expect(carriedBy(last)).toEqual([])
  })

  test('the same share twice, or shares of different sizes: each game server has one host', async () => {
    for (let round = 0; round < 5; round++) {
      await central.sql`update servers set node_id = null, epoch = null`
      const shares = [share(0, 2), share(0, 2), share(1, 3), share(0, 1)]
      const nodes = await Promise.all(shares.map((wish) => central.node(wish)))
      const ids = nodes.flatMap(carriedBy)
      expect(new Set(ids).size).toBe(ids.length)
      expect([...ids].sort((a, b) => a - b)).toEqual([...(await carriers()).keys()])
    }
  })

  test('a share that cannot be is refused', async () => {
    const node = await central.node({ servers: [] })
    for (const wrong of [share(2, 2), share(5, 2)]) {
      await expect(node.again(wrong)).rejects.toEqual(refusal('bad_request'))
    }
  })
})

describe('giving back', () => {
  const release = ({ key }: TestNode) => central.call(releaseOwnServers, {}, key)

  test('a host that starts with fewer workers: released ones go to those that are left', async () => {
    const three = await Promise.all([0, 1, 2].map((index) => central.node(share(index, 3))))
    // The supervisor holds the folder's lock, so that none of them runs.
    for (const node of three) await release(node)
    const two = await Promise.all(three.slice(0, 2).map((node, index) => node.again(share(index, 2))))
    expect(two.map(carriedBy)).toEqual([
      [1, 3, 5, 7, 9, 11],
      [2, 4, 6, 8, 10, 12],
    ])
  })

  test('nobody else’s are given back; saying it twice does no harm', async () => {
    const [first, second] = [await central.node(share(0, 2)), await central.node(share(1, 2))]
    expect(await release(first)).toEqual({ released: [1, 3, 5, 7, 9, 11] })
    expect(await release(first)).toEqual({ released: [] })
    expect([...(await carriers()).values()]).toEqual(Array.from({ length: 6 }, () => second.nodeId))
  })

  test('a process that runs in spite of it is superseded, and does not get them back by its syncs', async () => {
    const node = await central.node(share(0, 2))
    await release(node)
    const sync = central.call(syncNode, { body: syncBody(node.epoch, 1) }, node.key)
    await expect(sync).rejects.toEqual(refusal('epoch_superseded'))
    expect((await node.again()).epoch).toBeGreaterThan(node.epoch + 1)
  })

  test('a node that starts without the role gives back what it carried', async () => {
    const node = await central.node({ servers: 'default' })
    await node.again({ roles: ['entry'] })
    expect(await carriers()).toEqual(new Map())
  })

  test('giving back and taking, at once and over and over: one host for each, and none is lost', async () => {
    const nodes = await Promise.all([0, 1, 2, 3].map((index) => central.node(share(index, 4))))
    for (let round = 0; round < 8; round++) {
      const answers = await Promise.all(
        nodes.map((node, index) =>
          index % 2 === round % 2 ? release(node) : node.again({ servers: 'default' }),
        ),
      )
      const taken = answers.flatMap((answer) => ('registration' in answer ? carriedBy(answer) : []))
      expect(new Set(taken).size).toBe(taken.length)
      const stand = await carriers()
      for (const answer of answers) {
        if (!('registration' in answer)) continue
        for (const id of carriedBy(answer)) expect(stand.get(id)).toBe(answer.nodeId)
      }
    }
    await Promise.all(nodes.map(release))
    expect(carriedBy(await central.node())).toEqual(whole)
  })
})
