/** The part of the Workers runtime's own module that is used here. */
declare module 'cloudflare:sockets' {
  export const connect: import('./worker-dialler.ts').Connect
}
