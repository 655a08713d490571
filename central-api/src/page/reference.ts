/** The reference page: the OpenAPI document, readable. */
import { html } from 'hono/html'
import type { openApi } from '../openapi.ts'
import { type Html, layout } from './layout.ts'

type Document = ReturnType<typeof openApi>

/** The parts of an operation that `openApi` writes. */
interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly parameters?: readonly { name: string; in: string; required: boolean; schema: object }[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Record<string, { readonly description: string; readonly content?: Content }>
}

type Content = Record<string, { readonly schema: object }>

export function referencePage(document: Document): Html {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      ...(operation as Operation),
    })),
  )
  const callers = Map.groupBy(operations, ({ tags }) => tags.join(', '))
  return layout(
    'Citygate: REST reference',
    html`<h1>${document.info.title}</h1>
<p>The same for machines: <a href="/openapi.json">/openapi.json</a>. Lists are <code>{ items, next }</code>; a refusal is a
problem document (RFC 9457) with a <code>code</code> that never changes.</p>
${[...callers].map(
  ([caller, theirs]) => html`<h2>For: ${caller}</h2>
<ul>${theirs.map((each) => html`<li><a href="#${each.operationId}"><code>${each.method} ${each.path}</code></a></li>`)}</ul>`,
)}
${operations.map(section)}
<h2>Shapes</h2>
${Object.entries(document.components.schemas).map(
  ([name, shape]) => html`<h3 id="${name}">${name}</h3>${schema(shape)}`,
)}`,
  )
}

function section(operation: Operation & { path: string; method: string }): Html {
  const { parameters = [], requestBody, responses } = operation
  return html`<h2 id="${operation.operationId}"><code>${operation.method} ${operation.path}</code></h2>
<p>${operation.summary} <span class="soft">For: ${operation.tags.join(', ')}.</span></p>
${
  parameters.length > 0 &&
  html`<div class="wide"><table><thead><tr><th>Parameter</th><th>In</th><th>Form</th></tr></thead><tbody>${parameters.map(
    ({ name, in: where, required, schema: form }) =>
      html`<tr><td><code>${name}</code>${required ? '' : ' (optional)'}</td><td>${where}</td><td><code>${JSON.stringify(form)}</code></td></tr>`,
  )}</tbody></table></div>`
}
${requestBody && html`<p>Body</p>${bodies(requestBody.content)}`}
${Object.entries(responses)
  .filter(([status]) => status !== 'default')
  .map(
    ([status, { description, content = {} }]) =>
      html`<p><strong>${status}</strong> ${description}</p>${status === '200' && bodies(content)}`,
  )}`
}

const bodies = (content: Content) => Object.values(content).map((body) => schema(body.schema))

const schema = (shape: object) => html`<pre>${JSON.stringify(shape, null, 2)}</pre>`
