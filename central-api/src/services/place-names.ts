/** What gates and cities are called, by their number: the patterns of the default world (game.md, "Default world"). */

export const gateName = (gate: number) => `City Gate${gate}`

export const cityName = (city: number) => `City${city}`
