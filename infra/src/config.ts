/** Reads settings from flags, the environment and citygate.toml, and checks them once. */
import { existsSync, readFileSync } from 'node:fs'
import { ConfigError, checked, type Setting } from '@citygate/schema/settings'
import { parse } from 'smol-toml'
import { type Config, type SettingKey, settings, variableOf } from './settings.ts'

export { ConfigError } from '@citygate/schema/settings'

export interface Sources {
  /** By setting key (`httpPort`), as given on the command line. */
  readonly flags: Readonly<Record<string, unknown>>
  readonly env: Readonly<Record<string, string | undefined>>
  /** By setting name (`http-port`), as citygate.toml has it. */
  readonly file: Readonly<Record<string, unknown>>
  /** For messages: where `file` was read. */
  readonly fileName?: string | undefined
}

/** Keys of one file may serve several commands, so the file is checked against all settings. */
const names: ReadonlySet<string> = new Set(Object.values(settings).map(({ name }) => name))

/** Flags win over the environment, the environment over the file. Throws a {@link ConfigError}. */
export function resolve<K extends SettingKey>(keys: readonly K[], sources: Sources): Config<K> {
  for (const name of Object.keys(sources.file)) {
    if (!names.has(name)) {
      throw new ConfigError(
        `${sources.fileName}: there is no setting "${name}". Known: ${[...names].sort().join(', ')}`,
      )
    }
  }
  const values: Partial<Record<K, unknown>> = {}
  for (const key of keys) {
    const declared: Setting = settings[key]
    values[key] = checked(declared, find(key, declared.name, sources))
  }
  return values as Config<K>
}

function find(key: SettingKey, name: string, { flags, env, file, fileName }: Sources) {
  if (flags[key] !== undefined) return { where: `--${name}`, value: flags[key] }
  const variable = variableOf(name)
  if (env[variable] !== undefined) return { where: variable, value: env[variable] }
  if (file[name] !== undefined) return { where: `${fileName}: ${name}`, value: file[name] }
  return undefined
}

/** The settings of `citygate.toml`, or of the file that `--config` names, which must exist then. */
export function readConfigFile(named: string | undefined): Pick<Sources, 'file' | 'fileName'> {
  const fileName = named ?? 'citygate.toml'
  if (!named && !existsSync(fileName)) return { file: {}, fileName }
  try {
    return { file: parse(readFileSync(fileName, 'utf8')), fileName }
  } catch (error) {
    throw new ConfigError(`${fileName}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
