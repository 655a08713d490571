import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import { endpoints, openApi } from './openapi.ts'
import { problemsOf } from './problems-of.ts'

interface Operation {
  operationId: string
  parameters?: { in: string; name: string }[]
  responses: Record<string, { 'x-problem-codes'?: string[] }>
}

describe('the OpenAPI document', () => {
  const document = openApi()

  it('is valid by a validator of somebody else', async () => {
    const result = await new Validator().validate(structuredClone(document))
    expect(result.errors).toBeUndefined()
    expect(result.valid).toBe(true)
  })

  it('has every endpoint with its parameters and its refusals', () => {
    for (const endpoint of endpoints) {
      const operation = document.paths[endpoint.path]?.[endpoint.method.toLowerCase()] as Operation
      expect(operation.operationId).toBe(endpoint.name)
      const inPath = (operation.parameters ?? [])
        .filter((parameter) => parameter.in === 'path')
        .map((parameter) => `{${parameter.name}}`)
      expect(inPath).toEqual(endpoint.path.match(/\{\w+\}/g) ?? [])
      const said = Object.values(operation.responses)
      expect(said.flatMap((response) => response['x-problem-codes'] ?? []).sort()).toEqual(
        [...problemsOf(endpoint)].sort(),
      )
    }
  })

  it('leaves no reference open', () => {
    const { schemas } = document.components
    for (const [, name = ''] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      expect(schemas).toHaveProperty(name)
    }
    expect(JSON.stringify(document)).not.toContain('$defs')
  })

  it('says numbers to be numbers, bounded, and a key to be needed where it is', () => {
    expect(document.paths['/v1/players']).toMatchObject({
      get: {
        parameters: expect.arrayContaining([
          {
            name: 'limit',
            in: 'query',
            required: false,
            schema: { type: 'integer', minimum: 1, maximum: 100 },
          },
        ]),
      },
    })
    expect(document.paths['/v1/nodes/self/sync']).toMatchObject({ post: { security: [{ node: [] }] } })
  })
})
