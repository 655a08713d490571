/** A command of `citygate`, and how it becomes one of commander's. */
import { type Command, Option } from 'commander'
import { ConfigError, readConfigFile, resolve } from './config.ts'
import { type Config, type SettingKey, settings, variableOf } from './settings.ts'

export interface CommandSpec<K extends SettingKey = SettingKey> {
  readonly name: string
  readonly summary: string
  readonly keys: readonly K[]
  /** Positional arguments in commander's notation, `<count>` or `[name]`. */
  readonly args?: string
  /** The command prints a listing, so it takes `--json`. */
  readonly listing?: true
  /** Defaults of this command where they differ from the setting's own. */
  readonly defaults?: Partial<Record<K, string>>
  /** Commands under this one's name, which may do something by itself. */
  // biome-ignore lint/suspicious/noExplicitAny: specs differ in their keys, and each is called with its own only
  readonly children?: readonly CommandSpec<any>[]
  run(config: Config<K>, input: { readonly args: readonly string[]; readonly json: boolean }): Promise<void>
}

export function command<const K extends SettingKey>(spec: CommandSpec<K>): CommandSpec<K> {
  return spec
}

/** A positional whole number. Throws a ConfigError that names it. */
export function wholeArgument(name: string, text: string | undefined, most: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new ConfigError(
      `${name}: ${JSON.stringify(text)} is not allowed. Allowed: a whole number from 1 to ${most}`,
    )
  }
  return value
}

// biome-ignore lint/suspicious/noExplicitAny: specs differ in their keys, and each is called with its own only
export function addCommand(program: Command, spec: CommandSpec<any>): void {
  const added = program.command(spec.args ? `${spec.name} ${spec.args}` : spec.name).description(spec.summary)
  for (const key of spec.keys as SettingKey[]) {
    const { name, takes, meaning, default: fallback } = settings[key]
    added.addOption(
      new Option(`--${name} <${takes}>`, `${meaning} (default: ${spec.defaults?.[key] ?? fallback})`),
    )
  }
  added.option('--config <FILE>', 'settings file (default: citygate.toml, if it is there)')
  if (spec.listing) added.option('--json', 'print JSON')
  added.allowExcessArguments(false)
  if (spec.children) {
    // Else its own options are taken out of what follows a child's name.
    program.enablePositionalOptions()
    added.enablePositionalOptions()
    for (const child of spec.children) addCommand(added, child)
  }
  added.action(async (...received: unknown[]) => {
    const flags = added.opts<Record<string, string | boolean | undefined>>()
    const named = typeof flags.config === 'string' ? flags.config : process.env[variableOf('config')]
    const sources = { flags, env: process.env, ...readConfigFile(named) }
    const config = resolve(spec.keys as SettingKey[], withCommandDefaults(sources, spec))
    await spec.run(config, {
      args: received.slice(0, -2).filter((value): value is string => typeof value === 'string'),
      json: flags.json === true,
    })
  })
}

type ResolveSources = Parameters<typeof resolve>[1]

/** A command's own default stands where nobody has set the value. */
function withCommandDefaults(sources: ResolveSources, spec: CommandSpec): ResolveSources {
  const flags: Record<string, unknown> = { ...sources.flags }
  for (const [key, value] of Object.entries(spec.defaults ?? {})) {
    const { name } = settings[key as SettingKey]
    const set = flags[key] ?? sources.env[variableOf(name)] ?? sources.file[name]
    if (set === undefined) flags[key] = value
  }
  return { ...sources, flags }
}
