/** Listens to a console and writes down what passes, packet by packet. */
import { decodeBody } from '@citygate/nodes/pat'
import type { Passed } from '../console/index.ts'
import { fieldsText } from './fields.ts'
import { Labels } from './labels.ts'

const greeting = 'ReqConnection'

export class Recording {
  readonly #passed: Passed[] = []

  /** Give it to a console as `onPassed`. */
  readonly listen = (passed: Passed): void => {
    this.#passed.push(passed)
  }

  /** A table for each connection; `titles` names them in the order in which they were opened. */
  tables(titles: readonly string[]): string {
    const labels = new Labels()
    const parts: string[] = []
    let connections = 0
    for (const passed of this.#passed) {
      if (passed.spec?.name === greeting) {
        const title = titles[connections++] ?? passed.server.toUpperCase()
        parts.push(`\n## ${title}\n`, '| | packet | seq | fields |', '| --- | --- | --- | --- |')
      }
      parts.push(row(passed, labels))
    }
    return `${parts.join('\n')}\n`
  }
}

function row({ direction, spec, sequence, payload }: Passed, labels: Labels): string {
  const arrow = direction === 'out' ? '→' : '←'
  if (!spec) return `| ${arrow} | unknown | ${sequence} | |`
  const fields = fieldsText(spec, decodeBody(spec, payload), labels).replaceAll('|', '\\|')
  return `| ${arrow} | \`${spec.name}\` | ${sequence} | ${fields} |`
}
