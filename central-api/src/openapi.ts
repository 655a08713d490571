/** The OpenAPI 3.1 document, made from the contract's endpoint values: nothing in it is written twice. */
import * as contract from '@citygate/schema/contract'
import { type Caller, type Endpoint, ProblemDocument, problems } from '@citygate/schema/contract'
import { z } from 'zod'
import { problemsOf } from './problems-of.ts'
import { takesKey } from './routes/keyed.ts'

type Json = Record<string, unknown>

interface Document extends Json {
  readonly openapi: string
  readonly info: Json
  readonly paths: Record<string, Json>
  readonly components: Json & { readonly schemas: Record<string, Json> }
}

const callers: readonly Caller[] = ['public', 'enrolment', 'node', 'entry', 'operator']

/** Every endpoint of the contract: what anybody may call first, then by path. */
export const endpoints: readonly Endpoint[] = Object.values(contract)
  .flatMap((value: unknown) => (isEndpoint(value) ? [value] : []))
  .sort((a, b) => callers.indexOf(a.caller) - callers.indexOf(b.caller) || (a.path < b.path ? -1 : 1))

function isEndpoint(value: unknown): value is Endpoint {
  return typeof value === 'object' && value !== null && 'path' in value && 'output' in value
}

const NamedProblem = ProblemDocument.meta({ id: 'Problem' })

/** What a caller shows in `Authorization: Bearer …`. */
const keys = {
  enrolment: 'An enrolment token, made by the operator.',
  node: 'The key of an enrolled node.',
  entry: 'The key of an enrolled node that was granted the role `entry`.',
  operator: 'The operator’s key.',
} as const satisfies Record<Exclude<Caller, 'public'>, string>

/** Made once: it is the same for every caller, and takes longer than most answers. */
export function openApi(): Document {
  made ??= make()
  return made
}

let made: Document | undefined

function make(): Document {
  const shapes = new Shapes()
  const paths: Record<string, Json> = {}
  for (const endpoint of endpoints) {
    const operations = paths[endpoint.path] ?? {}
    operations[endpoint.method.toLowerCase()] = operation(endpoint, shapes)
    paths[endpoint.path] = operations
  }
  shapes.of(NamedProblem, 'output')
  return {
    openapi: '3.1.1',
    info: {
      title: 'Citygate central API',
      version: '1',
      description: 'Who plays Monster Hunter Tri on this community’s servers, and where.',
      license: { name: 'AGPL-3.0-or-later', identifier: 'AGPL-3.0-or-later' },
    },
    servers: [{ url: '/' }],
    security: [],
    paths,
    components: {
      schemas: shapes.named,
      securitySchemes: Object.fromEntries(
        Object.entries(keys).map(([name, description]) => [
          name,
          { type: 'http', scheme: 'bearer', description },
        ]),
      ),
    },
  }
}

function operation(endpoint: Endpoint, shapes: Shapes): Json {
  const parameters = [
    ...parametersOf(endpoint.params, 'path', shapes),
    ...parametersOf(endpoint.query, 'query', shapes),
    ...headersOf(endpoint),
  ]
  return {
    operationId: endpoint.name,
    summary: endpoint.summary,
    tags: [endpoint.caller],
    ...(endpoint.caller === 'public' ? {} : { security: [{ [endpoint.caller]: [] }] }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(endpoint.body === undefined
      ? {}
      : { requestBody: { required: true, content: json(shapes.of(endpoint.body, 'input')) } }),
    responses: {
      200: { description: 'The answer.', content: answerOf(endpoint, shapes) },
      ...refusals(endpoint),
    },
  }
}

/** One response a status: the codes that have it are named, for tools in `x-problem-codes`. */
function refusals(endpoint: Endpoint): Json {
  const byStatus = Map.groupBy(problemsOf(endpoint), (code) => problems[code].status)
  const said = [...byStatus].map(([status, codes]) => [
    status,
    {
      description: codes.map((code) => `\`${code}\`: ${problems[code].title}.`).join(' '),
      'x-problem-codes': codes,
      content: problemContent,
    },
  ])
  return {
    ...Object.fromEntries(said),
    default: { description: 'Any other refusal.', content: problemContent },
  }
}

const problemContent = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }

const json = (schema: Json) => ({ 'application/json': { schema } })

function parametersOf(part: z.ZodType | undefined, where: 'path' | 'query', shapes: Shapes): Json[] {
  if (part === undefined) return []
  const { properties = {}, required = [] } = shapes.of(part, 'input') as {
    properties?: Record<string, Json>
    required?: string[]
  }
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: where,
    required: required.includes(name),
    schema,
  }))
}

function answerOf({ media, output }: Endpoint, shapes: Shapes): Json {
  return media === undefined ? json(shapes.of(output, 'output')) : { [media]: { schema: { type: 'string' } } }
}

function headersOf(endpoint: Endpoint): Json[] {
  const header = (name: string, required: boolean, description: string) => ({
    ...{ name, in: 'header', required, description },
    schema: { type: 'string' },
  })
  return [
    ...(endpoint.versioned && endpoint.method !== 'GET'
      ? [header('If-Match', true, 'The `ETag` of the version that this changes, or `*`.')]
      : []),
    ...(takesKey(endpoint)
      ? [header('Idempotency-Key', false, 'The same again within a day gives the same answer, done once.')]
      : []),
  ]
}

/** JSON Schema of zod shapes; what has a name (`meta({ id })`) is said once, under `components`. */
class Shapes {
  readonly named: Record<string, Json> = {}

  of(shape: z.ZodType, io: 'input' | 'output'): Json {
    const { $schema: _, $defs = {}, ...schema } = z.toJSONSchema(shape, { io, override: tidy })
    for (const [id, named] of Object.entries($defs)) this.named[id] = toComponents(named)
    return toComponents(schema)
  }
}

function toComponents(schema: unknown): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'))
}

/** What zod says beyond the contract: answers may grow, no number comes near the safe limit, a format needs no pattern. */
function tidy({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: z.core.$ZodTypes
  jsonSchema: z.core.JSONSchema.BaseSchema
}) {
  const { def } = zodSchema._zod
  if (def.type === 'object' && def.catchall === undefined) delete jsonSchema.additionalProperties
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  if (jsonSchema.format !== undefined || jsonSchema.type === 'integer') delete jsonSchema.pattern
}
