import { keyOf, type Need } from "./Need.ts"
import { Nest } from "../tables/Nest.ts"

/** Which needs are met: what they name is loaded, or known not to be there. Asked many times for every trade. */
export interface Met {
  readonly has: (need: Need) => boolean
  readonly add: (need: Need) => void
  readonly delete: (need: Need) => void
  /** How many are. */
  readonly size: number
}

type Identity = Extract<Need, { readonly _tag: "Identity" }>

const cellsOf = ({ account, occurrence, source, sourceId }: Identity) => [account, source, occurrence, sourceId]

/** None is met yet. */
export const make = (): Met => {
  const trades = new Set<number>()
  const orders = new Set<number>()
  const attempts = new Set<number>()
  const breaks = new Set<string>()
  const positions = new Nest<true>()
  const identities = new Nest<true>()
  const texts = new Set<string>()
  return {
    has: (need) => {
      switch (need._tag) {
        case "Position":
          return positions.get([need.account, need.symbol]) === true
        case "Identity":
          return identities.get(cellsOf(need)) === true
        case "TradeById":
          return trades.has(need.id)
        case "OrderById":
          return orders.has(need.id)
        case "AttemptById":
          return attempts.has(need.id)
        case "AccountBreaks":
          return breaks.has(need.account)
        default:
          return texts.has(keyOf(need))
      }
    },
    add: (need) => {
      switch (need._tag) {
        case "Position":
          return positions.set([need.account, need.symbol], true)
        case "Identity":
          return identities.set(cellsOf(need), true)
        case "TradeById":
          return void trades.add(need.id)
        case "OrderById":
          return void orders.add(need.id)
        case "AttemptById":
          return void attempts.add(need.id)
        case "AccountBreaks":
          return void breaks.add(need.account)
        default:
          return void texts.add(keyOf(need))
      }
    },
    delete: (need) => {
      switch (need._tag) {
        case "Position":
          return positions.delete([need.account, need.symbol])
        case "Identity":
          return identities.delete(cellsOf(need))
        case "TradeById":
          return void trades.delete(need.id)
        case "OrderById":
          return void orders.delete(need.id)
        case "AttemptById":
          return void attempts.delete(need.id)
        case "AccountBreaks":
          return void breaks.delete(need.account)
        default:
          return void texts.delete(keyOf(need))
      }
    },
    get size() {
      return trades.size + orders.size + attempts.size + breaks.size + positions.size + identities.size + texts.size
    }
  }
}
