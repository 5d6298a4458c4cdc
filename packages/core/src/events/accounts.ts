import { Schema } from "effect"
import { AccountName } from "../records/AccountName.ts"
import { Account } from "../records/Account.ts"
import { tokenRoles } from "../records/TokenRole.ts"
import { Answer } from "../records/CommandRecord.ts"
import { ledgerHalts, tradingStates } from "../records/TradingState.ts"
import { Ticker } from "../records/Ticker.ts"
import { Price } from "../values/Price.ts"
import { Quantity } from "../values/Quantity.ts"
import { orderTypes } from "../records/OrderTerms.ts"
import { SupportedOrders } from "../records/SupportedOrders.ts"
import { AllocationKey } from "../records/allocationKey.ts"
import { allocationPolicies } from "../records/allocationPolicy.ts"
import { CutOff } from "../records/cutOffs.ts"
import { RestrictedHours } from "../records/restrictedHours.ts"
import { fourEyesOperations } from "../records/fourEyes.ts"
import { ApprovalId } from "../values/Id.ts"
import { lotMethods } from "../records/lotMethods.ts"
import { maybe, Time, Shares } from "./fields.ts"

// What happens to accounts, instruments and settings, and to those who operate them.

const unset = () => undefined

/** An entry that was written before there was a setting does not speak of it. */
const later = {
  limitOffsetBp: Schema.optionalWith(Account.fields.limitOffsetBp, { default: unset }),
  /** Left away where there is one offset only: entries of such accounts are as they were before there were more. */
  repriceOffsetsBp: maybe(Schema.Array(Schema.Int)),
  lotMethod: maybe(Schema.Literal(...lotMethods)),
  allocation: maybe(Schema.Literal(...allocationPolicies)),
  allocationKey: maybe(AllocationKey),
  cutOffs: maybe(Schema.Array(CutOff)),
  restrictedHours: maybe(Schema.Array(RestrictedHours)),
  fourEyes: maybe(Schema.Array(Schema.Literal(...fourEyesOperations))),
  approvalMinutes: maybe(Schema.Int),
  orderLifeSeconds: Schema.optionalWith(Account.fields.orderLifeSeconds, { default: unset }),
  orderSession: Schema.optionalWith(Account.fields.orderSession, { default: unset }),
  orderTimeInForce: Schema.optionalWith(Account.fields.orderTimeInForce, { default: unset }),
  maxOrderNotional: Schema.optionalWith(Account.fields.maxOrderNotional, { default: unset }),
  maxOpenResidual: Schema.optionalWith(Account.fields.maxOpenResidual, { default: unset }),
  maxDailyNotional: Schema.optionalWith(Account.fields.maxDailyNotional, { default: unset }),
  /** Left away where it is not set: entries of such accounts are as they were before there was one. */
  maxOpenOrders: maybe(Quantity),
  maxPosition: maybe(Quantity),
  maxGrossPosition: maybe(Quantity),
  maxNetPosition: maybe(Quantity),
  maxRejectionsInARow: maybe(Schema.Int),
  liftedLimits: Schema.optionalWith(Account.fields.liftedLimits, { default: () => [] }),
  ordersPerMinute: Schema.optionalWith(Account.fields.ordersPerMinute, { default: unset }),
  collarBp: Schema.optionalWith(Account.fields.collarBp, { default: unset }),
  maxTradeAgeMs: Schema.optionalWith(Account.fields.maxTradeAgeMs, { default: unset }),
  bandBp: Schema.optionalWith(Account.fields.bandBp, { default: unset }),
  crossing: Schema.optionalWith(Account.fields.crossing, { default: unset }),
  restricted: Schema.optionalWith(Account.fields.restricted, { default: () => [] })
}

const settings = Schema.Struct({ ...Account.fields, ...later }).pipe(
  Schema.omit(
    "crossesZero",
    "supportedOrders",
    "notionalTypes",
    "simulatedMarket",
    "symbols",
    "createdAt",
    "updatedAt",
    "version"
  )
)
/** An account was made, with its policies. */
export const AccountOpened = Schema.TaggedStruct("AccountOpened", { settings })
/** An account's policies were changed. */
export const AccountChanged = Schema.TaggedStruct("AccountChanged", { settings })
/** What the broker to which the account is driven takes, as its adapter declares it. */
export const BrokerDeclared = Schema.TaggedStruct("BrokerDeclared", {
  account: AccountName,
  crossesZero: Schema.Boolean,
  supportedOrders: maybe(Schema.Array(SupportedOrders)),
  /** What was declared before sessions were: it is declared anew with the next reading. */
  orderTypes: maybe(Schema.Array(Schema.Literal(...orderTypes))),
  notionalTypes: maybe(Schema.Array(Schema.Literal(...orderTypes))),
  simulatedMarket: maybe(Schema.Boolean)
})
/** An instrument came up for the first time; nothing is sent for it yet. */
export const InstrumentSeen = Schema.TaggedStruct("InstrumentSeen", { symbol: Ticker })
/** The broker or an operator confirmed what the instrument is. */
export const InstrumentConfirmed = Schema.TaggedStruct("InstrumentConfirmed", {
  symbol: Ticker,
  currency: Schema.String,
  lot: maybe(Quantity),
  tick: maybe(Price),
  fractionable: Schema.Boolean,
  shortable: Schema.Boolean
})
/** The broker has no instrument of this symbol, or has it and does not trade it: `isKnown`. */
export const InstrumentNotKnown = Schema.TaggedStruct("InstrumentNotKnown", {
  symbol: Ticker,
  why: Schema.String,
  isKnown: maybe(Schema.Boolean)
})
/** A trading state was set, for all, for an account or for one symbol. */
export const TradingStateSet = Schema.TaggedStruct("TradingStateSet", {
  account: Schema.String,
  symbol: Schema.String,
  state: Schema.Literal(...tradingStates),
  reason: Schema.String,
  halt: maybe(Schema.Literal(...ledgerHalts)),
  actor: Schema.String
})
/** A part of the configuration has other values from now on; what was not set has no value before. */
export const ConfigurationChanged = Schema.TaggedStruct("ConfigurationChanged", {
  part: Schema.String,
  changes: Schema.Array(
    Schema.Struct({ name: Schema.String, before: maybe(Schema.String), after: maybe(Schema.String) })
  )
})
/** A source goes on from here, or the executions of the account were read until then. */
export const CursorMoved = Schema.TaggedStruct("CursorMoved", { source: Schema.String, cursor: Schema.String })
/** A command was answered: the same id again is answered with the same, and does nothing. */
export const CommandAnswered = Schema.TaggedStruct("CommandAnswered", { id: Schema.String, answer: Answer })
/** An operation waits for a second person: who asked, the entry's cause says. */
export const ApprovalRequested = Schema.TaggedStruct("ApprovalRequested", {
  id: ApprovalId,
  commandId: Schema.String,
  operation: Schema.Literal(...fourEyesOperations),
  /** The command, in JSON. No secret is part of one. */
  contents: Schema.String,
  basis: Schema.String,
  preview: Schema.String,
  reason: Schema.String,
  actor: Schema.String,
  requester: Schema.String,
  approveBy: Time
})
/** Another person approved an operation, which the same commit carries out. */
export const ApprovalGranted = Schema.TaggedStruct("ApprovalGranted", {
  id: ApprovalId,
  actor: Schema.String,
  reason: Schema.String
})
/** An operation that waits for a second person will not be carried out. */
export const ApprovalRejected = Schema.TaggedStruct("ApprovalRejected", {
  id: ApprovalId,
  actor: Schema.String,
  reason: Schema.String
})
/** A token for the API was made: nobody has its secret but who was shown it, and `hash` is the SHA-256 of that. */
export const TokenCreated = Schema.TaggedStruct("TokenCreated", {
  name: Schema.String,
  role: Schema.Literal(...tokenRoles),
  hash: Schema.String,
  expiresAt: maybe(Time),
  /** How many orders it may propose for an account on a market date, and of how many dollars together. */
  ordersPerDay: maybe(Schema.Int),
  notionalPerDay: maybe(Shares),
  /** The accounts that it may see and change; without them all that there is. */
  accounts: maybe(Schema.Array(Schema.String)),
  /** The person whose token it is, where that was said. */
  person: maybe(Schema.String),
  actor: Schema.String
})
/** A token has another secret from now on; the one before is good until `previousUntil`, and void at once where none is said. */
export const TokenRotated = Schema.TaggedStruct("TokenRotated", {
  name: Schema.String,
  hash: Schema.String,
  previousUntil: maybe(Time),
  actor: Schema.String
})
/** A token is void from now on. */
export const TokenRevoked = Schema.TaggedStruct("TokenRevoked", { name: Schema.String, actor: Schema.String })

/**
 * A browser was signed in with a token, in a seat of it: nobody has the secret but that browser, and `hash` is the SHA-256 of it. Where a
 * person signed in with an OpenID provider, `token` is the actor that he is: what follows `expiresAt` is of him.
 */
export const SessionOpened = Schema.TaggedStruct("SessionOpened", {
  token: Schema.String,
  seat: Schema.Number,
  id: Schema.String,
  hash: Schema.String,
  host: Schema.String,
  expiresAt: Time,
  issuer: maybe(Schema.String),
  subject: maybe(Schema.String),
  /** How the provider calls him. */
  person: maybe(Schema.String),
  /** Those of his groups that the configuration knew, which gave him the role and accounts. */
  groups: maybe(Schema.Array(Schema.String)),
  role: maybe(Schema.Literal(...tokenRoles)),
  accounts: maybe(Schema.Array(Schema.String))
})

/** Why a session ended before its time: its browser signed out or was away for long, a person ended it, another one took its seat. */
export const sessionEnds = ["SignedOut", "Idle", "Ended", "Replaced"] as const

/** A session has ended before its time. */
export const SessionEnded = Schema.TaggedStruct("SessionEnded", {
  token: Schema.String,
  seat: Schema.Number,
  id: Schema.String,
  why: Schema.Literal(...sessionEnds),
  actor: Schema.String
})
