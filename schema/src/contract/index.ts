/** The contract between the central API and everybody who calls it: one endpoint value per route. */
export * from './endpoint.ts'
export * from './node.ts'
export * from './problem.ts'
export * from './public.ts'
export * from './session.ts'
export * from './social.ts'
export * from './sync.ts'
export * from './types.ts'
