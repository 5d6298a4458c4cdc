import { keyOf, type Need } from "./Need.ts"

/** Which needs are met: what they name is loaded, or known not to be there. Asked many times for every trade. */
export interface Met {
  readonly has: (need: Need) => boolean
  readonly add: (need: Need) => void
  readonly delete: (need: Need) => void
  /** How many are. */
  readonly size: number
}

/** None is met yet. */
export const make = (): Met => {
  const trades = new Set<number>()
  const orders = new Set<number>()
  const positions = new Map<string, Set<string>>()
  const texts = new Set<string>()
  const positionsOf = (account: string): Set<string> => {
    const known = positions.get(account)
    if (known !== undefined) return known
    const made = new Set<string>()
    positions.set(account, made)
    return made
  }
  return {
    has: (need) => {
      if (need._tag === "Position") return positions.get(need.account)?.has(need.symbol) === true
      if (need._tag === "TradeById") return trades.has(need.id)
      return need._tag === "OrderById" ? orders.has(need.id) : texts.has(keyOf(need))
    },
    add: (need) => {
      if (need._tag === "Position") positionsOf(need.account).add(need.symbol)
      else if (need._tag === "TradeById") trades.add(need.id)
      else if (need._tag === "OrderById") orders.add(need.id)
      else texts.add(keyOf(need))
    },
    delete: (need) => {
      if (need._tag === "Position") positions.get(need.account)?.delete(need.symbol)
      else if (need._tag === "TradeById") trades.delete(need.id)
      else if (need._tag === "OrderById") orders.delete(need.id)
      else texts.delete(keyOf(need))
    },
    get size() {
      let size = trades.size + orders.size + texts.size
      for (const symbols of positions.values()) size += symbols.size
      return size
    }
  }
}
