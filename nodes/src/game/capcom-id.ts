const form = /^[0-9A-Z]{6}$/

/** Six characters, 0-9 and A-Z: what else a client names, no hunter has (login.md 5.1). */
export const isCapcomId = (text: string): boolean => form.test(text)
