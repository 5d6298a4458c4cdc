/** What a break about a position says of both sides: signed shares. */
interface Sides {
  readonly ours: string
  readonly theirs: string
  /** What ours is made of, by the names that a position has for it. */
  readonly parts: ReadonlyMap<string, string>
  /** How the difference would come about, where one is known. */
  readonly explained: string
}

const SIDES = /^ours (-?[\d.]+)(?: \(([^)]*)\))?, the broker's (-?[\d.]+)(?:; (.*))?$/s

/** The two sides in the words of a break; nothing where they tell of something else. */
export const sidesIn = (evidence: string): Sides | undefined => {
  const [, ours, parts = "", theirs, explained = ""] = SIDES.exec(evidence) ?? []
  if (ours === undefined || theirs === undefined) return undefined
  const pairs = [...parts.matchAll(/([a-z]+) (-?[\d.]+)/g)].map(([, name = "", amount = ""]) => [name, amount] as const)
  return { ours, theirs, parts: new Map(pairs), explained }
}
