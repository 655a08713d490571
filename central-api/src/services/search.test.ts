import { CapcomId, type NodeItem } from '@citygate/schema/contract'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRealm, type Realm } from '../testing/realm.ts'

/** Every page of a search, with `between` run after each. */
async function walk(realm: Realm, query: string, between: (page: number) => Promise<void> = async () => {}) {
  const pages: Awaited<ReturnType<Realm['found']>>['items'][] = []
  for (let next: string | null = ''; next !== null && pages.length < 100; ) {
    const page = await realm.found(next === '' ? query : `${query}&cursor=${next}`)
    pages.push(page.items)
    next = page.next
    await between(pages.length)
  }
  return pages.flat()
}

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

describe('what a search finds', () => {
  let realm: Realm
  const names = async (query: string) => (await realm.found(query)).items.map((player) => player.name)

  beforeAll(async () => {
    realm = await openRealm()
    await realm.node()
    const at = { server: 1, gate: 3, city: 7, inQuest: true }
    await realm.hunter({ name: 'Ayame', rank: 44, weapon: 'lance', seen: 50, at })
    await realm.hunter({ name: 'ayako', rank: 9, weapon: 'bowgun', seen: 40 })
    await realm.hunter({ name: '100%', rank: 30, weapon: 'hammer', seen: 30, at: { server: 2 } })
    await realm.hunter({ name: 'a_b\\c', rank: 31, weapon: 'lance', seen: 20, at: { server: 1, gate: 3 } })
    await realm.hunter({ name: 'Ｗｉｄｅ', rank: 1, seen: 10 })
  })
  afterAll(() => realm[Symbol.asyncDispose]())

  it.each([
    ['', ['100%', 'a_b\\c', 'ayako', 'Ayame', 'Ｗｉｄｅ']],
    ['name=AYA', ['ayako', 'Ayame']],
    ['name=y', ['ayako', 'Ayame']],
    ['name=am', ['Ayame']],
    ['name=yame', ['Ayame']],
    ['name=wide', ['Ｗｉｄｅ']],
    ['name=%25', ['100%']],
    ['name=_', ['a_b\\c']],
    ['name=%5C', ['a_b\\c']],
    ['name=a%25', []],
    ['name=nobody', []],
    ['capcomId=000000', ['Ayame']],
    ['capcomId=ZZZZZZ', []],
    ['online=true', ['100%', 'a_b\\c', 'Ayame']],
    ['online=false', ['ayako', 'Ｗｉｄｅ']],
    ['server=1', ['a_b\\c', 'Ayame']],
    ['server=9', []],
    ['gate=3', ['a_b\\c', 'Ayame']],
    ['server=1&gate=3&city=7', ['Ayame']],
    ['server=1&online=false', []],
    ['minRank=30', ['100%', 'a_b\\c', 'Ayame']],
    ['maxRank=30', ['100%', 'ayako', 'Ｗｉｄｅ']],
    ['minRank=30&maxRank=31', ['100%', 'a_b\\c']],
    ['weapon=lance', ['a_b\\c', 'Ayame']],
    ['sort=-name', ['Ｗｉｄｅ', 'Ayame', 'ayako', 'a_b\\c', '100%']],
    ['sort=rank', ['Ｗｉｄｅ', 'ayako', '100%', 'a_b\\c', 'Ayame']],
    ['sort=-rank', ['Ayame', 'a_b\\c', '100%', 'ayako', 'Ｗｉｄｅ']],
    ['sort=seen', ['ayako', 'Ｗｉｄｅ', 'Ayame', '100%', 'a_b\\c']],
    ['sort=-seen', ['a_b\\c', '100%', 'Ayame', 'Ｗｉｄｅ', 'ayako']],
  ])('%s', async (query, expected) => {
    expect(await names(query)).toEqual(expected)
    expect((await walk(realm, `${query}&limit=1`)).map((player) => player.name)).toEqual(expected)
  })

  it('shows where those who are online are, and nowhere for the others', async () => {
    expect((await realm.found('name=ayame')).items).toEqual([
      {
        capcomId: '000000',
        name: 'Ayame',
        rank: 44,
        weapon: 'lance',
        online: true,
        location: {
          server: { id: 1, name: 'Valor1' },
          gate: { id: 3, name: 'City Gate3' },
          city: { id: 7, name: 'City7' },
          inQuest: true,
          reportedAt: time,
        },
        seenAt: time,
      },
    ])
    const [lobby] = (await realm.found('capcomId=000002')).items
    expect(lobby?.location).toEqual({
      server: { id: 2, name: 'Valor2' },
      gate: null,
      city: null,
      inQuest: false,
      reportedAt: time,
    })
    const [away] = (await realm.found('name=ayako')).items
    expect(away).toMatchObject({ online: false, location: null, weapon: 'bowgun' })
  })

  it('finds by any part of any name, as a plain search of the text would', async () => {
    const all = (await walk(realm, '')).map((player) => player.name)
    const part = fc.string({ unit: fc.constantFrom(...'aAyb_%\\cＷ1'), minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(part, async (text) => {
        const folded = (name: string) => name.normalize('NFKC').toLowerCase()
        const found = await names(`name=${encodeURIComponent(text)}`)
        expect(found).toEqual(all.filter((name) => folded(name).includes(folded(text))))
      }),
      { numRuns: 60 },
    )
  })
})

describe('pages', () => {
  it.each(['name', '-name', 'rank', '-rank', 'seen', '-seen'])(
    'by %s show everybody once while others come and go',
    async (sort) => {
      await using realm = await openRealm()
      await realm.node()
      const staying: string[] = []
      const moving: string[] = []
      for (let n = 0; n < 24; n++) {
        const rank = n % 3
        staying.push(
          await realm.hunter({
            name: `aa${n % 5}`,
            rank,
            seen: n % 4,
            ...(n % 2 ? { at: { server: 1 } } : {}),
          }),
        )
        moving.push(await realm.hunter({ name: `aa${n % 7}`, rank, ...(n % 2 ? { at: { server: 2 } } : {}) }))
      }
      const turns = [...moving]
      const shown = await walk(realm, `name=aa&sort=${sort}&limit=5`, async (page) => {
        for (const id of turns.splice(0, 3)) {
          if (page % 2) await realm.logIn(id, { server: 1, gate: page })
          else await realm.logOut(id)
        }
        await realm.hunter({ name: `aa new ${page}`, at: { server: 2 } })
      })
      const ids = shown.map((player) => player.capcomId)
      for (const id of staying) expect(ids.filter((each) => each === id)).toEqual([id])
      if (sort.endsWith('seen')) return
      for (const id of moving) expect(ids.filter((each) => each === id)).toEqual([id])
    },
  )

  it('of those online show everybody who stays', async () => {
    await using realm = await openRealm()
    await realm.node()
    const staying: string[] = []
    for (let n = 0; n < 12; n++) staying.push(await realm.hunter({ at: { server: 1 } }))
    const leaving: string[] = []
    for (let n = 0; n < 12; n++) leaving.push(await realm.hunter({ at: { server: 1 } }))
    const shown = await walk(realm, 'online=true&sort=-seen&limit=4', async (page) => {
      const id = leaving[page]
      if (id) await realm.logOut(id)
    })
    const ids = shown.map((player) => player.capcomId)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toEqual(expect.arrayContaining(staying))
  })

  it('by time show one moment for all who are online', async () => {
    await using realm = await openRealm()
    await realm.node()
    for (let n = 0; n < 6; n++) await realm.hunter({ seen: n, ...(n % 2 ? { at: { server: 1 } } : {}) })
    const times = (await walk(realm, 'sort=-seen&limit=1')).map((player) => player.seenAt)
    expect(times).toEqual(times.toSorted().reverse())
    expect(new Set(times.slice(0, 3)).size).toBe(1)
  })

  it('end without a cursor, also when the last page is full', async () => {
    await using realm = await openRealm()
    for (let n = 0; n < 4; n++) await realm.hunter()
    const first = await realm.found('limit=2')
    const second = await realm.found(`limit=2&cursor=${first.next}`)
    expect([...first.items, ...second.items].map(({ capcomId }) => CapcomId.parse(capcomId))).toHaveLength(4)
    expect(second.next).toBeNull()
    expect((await realm.found('')).items).toHaveLength(4)
  })

  it('may change their size, but not their question', async () => {
    await using realm = await openRealm()
    for (let n = 0; n < 5; n++) await realm.hunter()
    const { next } = await realm.found('limit=1&minRank=1&name=hunter')
    expect((await realm.found(`name=hunter&minRank=1&limit=100&cursor=${next}`)).items).toHaveLength(4)
    for (const other of ['', 'minRank=1', 'minRank=2&name=hunter', 'minRank=1&name=hunter&sort=rank']) {
      expect((await realm.refused(`/v1/players?${other}&cursor=${next}`)).errors).toEqual([
        expect.objectContaining({ in: 'query', field: 'cursor' }),
      ])
    }
  })
})

describe('who is online', () => {
  it('is gone with the lease of his node, and seen when it last reported', async () => {
    await using realm = await openRealm()
    const node = await realm.node()
    await realm.hunter({ seen: 300, at: { server: 1 } })
    await realm.silence(node, 30)
    expect((await realm.found('online=true')).items).toHaveLength(1)
    await realm.silence(node, 31)
    const { items } = await realm.get<{ items: NodeItem[] }>('/v1/nodes')
    expect((await realm.found('online=false')).items).toEqual([
      expect.objectContaining({ online: false, location: null, seenAt: items[0]?.reportedAt }),
    ])
  })

  it('is gone with a newer start of his node', async () => {
    await using realm = await openRealm()
    const node = await realm.node()
    await realm.hunter({ at: { server: 1 } })
    await realm.epoch(node, 2)
    expect((await realm.found('online=true')).items).toEqual([])
  })
})
