import type { Books } from "./Books.ts"
import { atFirstStep, nothingHeld } from "../records/Position.ts"
import type { LedgerEvent } from "../events/Event.ts"
import { accountSet, brokerDeclared, instrumentSet, quarantineReleased, symbolChanged } from "./project/accounts.ts"
import { allocationReleased, excessChanged, lotAllocated, lotsNetted } from "./project/allocations.ts"
import { attemptAnswered, attemptStarted, payloadArchived, payloadStored } from "./project/attempts.ts"
import { batchCreated, batchMoved, batchPatched, batchQueued } from "./project/batches.ts"
import { breakChanged, breakOpened, caseAttended, tradingStateSet } from "./project/breaks.ts"
import { approvalDecided, approvalRequested, commandAnswered } from "./project/commands.ts"
import { cursorMoved } from "./project/cursors.ts"
import { decisionAsked, decisionMade, decisionSettled } from "./project/decisions.ts"
import {
  commissionJoined,
  commissionRecorded,
  commissionWaits,
  fillJoined,
  fillPriced,
  fillRecorded,
  fillWaits
} from "./project/fills.ts"
import { heldReportContradicted, heldReportSettled, reportHeld } from "./project/heldReports.ts"
import { orderChanged, orderCreated, orderPatched } from "./project/orders.ts"
import type { Place } from "./project/place.ts"
import { baseDeclared, coolDownStarted, ladderStepped, patchPosition, splitAccepted } from "./project/positions.ts"
import { sessionEnded, sessionOpened, tokenCreated, tokenRevoked, tokenRotated } from "./project/tokens.ts"
import { restWrittenOff, tradeChanged, tradeRecorded, tradeReleased } from "./project/trades.ts"

/**
 * Applies one event to the books. The rows that commits write and the rows that `audit` folds from the journal both come from
 * here, so tables equal the fold by construction.
 */
export const project = (books: Books, event: LedgerEvent, place: Place): void => {
  switch (event._tag) {
    case "AccountOpened":
    case "AccountChanged":
      return accountSet(books, event, place)
    case "BrokerDeclared":
      return brokerDeclared(books, event, place)
    case "InstrumentSeen":
    case "InstrumentConfirmed":
    case "InstrumentNotKnown":
      return instrumentSet(books, event, place)
    case "QuarantineReleased":
      return quarantineReleased(books, event, place)
    case "TradeAccepted":
    case "TradeQuarantined":
      return tradeRecorded(books, event, place)
    case "TradeReleased":
      return tradeReleased(books, event, place)
    case "TradeHeld":
      return tradeChanged(books, event.id, place, { reason: event.reason, detail: event.detail })
    case "TradeFailed":
      return tradeChanged(books, event.id, place, { status: "failed", reason: event.reason, detail: event.detail })
    case "TradeSettled":
      return tradeChanged(books, event.id, place, { status: event.status })
    case "DirectTradeSettled":
      return tradeChanged(books, event.id, place, { status: event.status, reason: event.reason, detail: event.detail })
    case "BatchCreated":
      return batchCreated(books, event, place)
    case "BatchQueued":
      return batchQueued(books, event, place)
    case "BatchMoved":
      return batchMoved(books, event, place)
    case "BatchRetried":
      return batchPatched(books, event.id, place, { retriedBy: event.by })
    case "BatchHidden":
      return batchPatched(books, event.id, place, { hiddenAt: place.at })
    case "BatchArchived":
      return batchPatched(books, event.id, place, { archivedAt: place.at })
    case "DecisionMade":
      return decisionMade(books, event, place)
    case "DecisionAsked":
      return decisionAsked(books, event, place)
    case "DecisionSettled":
      return decisionSettled(books, event, place)
    case "LotsNetted":
      return lotsNetted(books, event, place)
    case "LotAllocated":
      return lotAllocated(books, event, place)
    case "AllocationReleased":
      return allocationReleased(books, event, place)
    case "ExcessChanged":
      return excessChanged(books, event, place)
    case "ExcessAccepted":
      return orderPatched(books, event.orderId, place, { acceptedExcess: event.accepted })
    case "OrderCreated":
      return orderCreated(books, event, place)
    case "AttemptStarted":
      return attemptStarted(books, event, place)
    case "OrderHeld":
      return orderPatched(books, event.orderId, place, {
        heldFor: event.heldFor,
        heldBehind: event.behind,
        heldUntil: event.opening,
        notBefore: event.until
      })
    case "OrderApproved":
      return orderPatched(books, event.orderId, place, { approvedAt: place.at, heldFor: undefined })
    case "AttemptAnswered":
      return attemptAnswered(books, event, place)
    case "PayloadStored":
      return payloadStored(books, event, place)
    case "PayloadArchived":
      return payloadArchived(books, event, place)
    case "OrderChanged":
      return orderChanged(books, event, place)
    case "CancelRequested":
      return orderPatched(books, event.orderId, place, { cancelRequestedAt: place.at })
    case "CancelAsked":
      return orderPatched(books, event.orderId, place, {
        cancelAskedAt: place.at,
        ...(event.hasEnded ? { cancelRefusedAt: place.at } : {})
      })
    case "FillRecorded":
      return fillRecorded(books, event, place)
    case "CommissionRecorded":
      return commissionRecorded(books, event, place)
    case "FillPriced":
      return fillPriced(books, event, place)
    case "ReportHeld":
      return reportHeld(books, event, place)
    case "HeldReportContradicted":
      return heldReportContradicted(books, event, place)
    case "HeldReportSettled":
      return heldReportSettled(books, event, place)
    case "CommissionWaits":
      return commissionWaits(books, event, place)
    case "CommissionJoined":
      return commissionJoined(books, event, place)
    case "FillWaits":
      return fillWaits(books, event, place)
    case "FillJoined":
      return fillJoined(books, event, place)
    case "BreakOpened":
      return breakOpened(books, event, place)
    case "BreakChanged":
    case "BreakClosed":
      return breakChanged(books, event, place)
    case "CaseAttended":
      return caseAttended(books, event, place)
    case "Evaluated":
      return patchPosition(books, event.symbol, place, { answer: event.answer })
    case "CoolDownStarted":
      return coolDownStarted(books, event, place)
    case "CoolDownReset":
      return patchPosition(books, event.symbol, place, { shortEnds: 0 })
    case "LadderStepped":
      return ladderStepped(books, event, place)
    case "LadderReset":
      return patchPosition(books, event.symbol, place, atFirstStep)
    case "SideRefused":
      return patchPosition(books, event.symbol, place, { refusedSide: event.side, refusedUntil: event.until })
    case "PositionHeld":
      return patchPosition(books, event.symbol, place, { heldBy: event.orderId })
    case "HoldLifted":
      return patchPosition(books, event.symbol, place, nothingHeld)
    case "BaseDeclared":
      return baseDeclared(books, event, place)
    case "LotsIdentified":
      // Nothing of the position differs: its new version says that its lots do.
      return patchPosition(books, event.symbol, place, {})
    case "SplitAccepted":
      return splitAccepted(books, event, place)
    case "SymbolChanged":
      return symbolChanged(books, event, place)
    case "RestWrittenOff":
      return restWrittenOff(books, event, place)
    case "TradingStateSet":
      return tradingStateSet(books, event, place)
    case "CursorMoved":
      return cursorMoved(books, event, place)
    case "CommandAnswered":
      return commandAnswered(books, event, place)
    case "ApprovalRequested":
      return approvalRequested(books, event, place)
    case "ApprovalGranted":
    case "ApprovalRejected":
      return approvalDecided(books, event, place)
    case "TokenCreated":
      return tokenCreated(books, event, place)
    case "TokenRotated":
      return tokenRotated(books, event, place)
    case "TokenRevoked":
      return tokenRevoked(books, event, place)
    case "SessionOpened":
      return sessionOpened(books, event, place)
    case "SessionEnded":
      return sessionEnded(books, event, place)
    case "ConfigurationChanged":
      // The values themselves stand in rows that other events make; this entry is their history.
      return undefined
  }
}
