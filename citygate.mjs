#!/usr/bin/env node
// The `citygate` command: `npx citygate up`. Arguments go to infra/src/main.ts unchanged.
import { join } from 'node:path'

process.argv.splice(2, 0, join(import.meta.dirname, 'infra', 'src', 'main.ts'))
await import('./boot.mjs')
