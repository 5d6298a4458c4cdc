export { InvalidInput, type NewCommand, type NewDecision, type NewSettings, type NewTrade } from "./Given.ts"
export { brokerOf, type OwnBroker, type OwnPrepared } from "./OwnBroker.ts"
export { type Plain, plain } from "./Plain.ts"
export {
  BooksClosed,
  type By,
  type Given,
  type Hearing,
  type Page,
  type Question,
  type Results,
  Roundlot,
  type Until
} from "./Roundlot.ts"
export { type LogLine, type Opened, type Parts } from "./Parts.ts"
