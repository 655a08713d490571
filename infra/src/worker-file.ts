/** Where the program of a worker is: beside this one, as source or as a bundle. */
import { extname } from 'node:path'

export const workerFile = new URL(`./worker${extname(new URL(import.meta.url).pathname)}`, import.meta.url)
