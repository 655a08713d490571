export interface SeenMachine {
  readonly cores: number
  /** Bytes. */
  readonly memory: number
}
export type Profile = 'auto' | 'modest' | 'robust'
export type ChosenProfile = 'usual' | 'modest' | 'robust'
export function machine(): SeenMachine
export function chosenProfile(wanted: Profile, machine: SeenMachine): ChosenProfile
export function heapOptions(profile: ChosenProfile, command: string): string[]
export function wantedProfile(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Profile
