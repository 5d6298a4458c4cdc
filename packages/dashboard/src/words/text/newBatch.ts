import { messages } from "./messages.ts"

/** Texts of the steps in which a batch is submitted. */
export const texts = messages({
  file: "File",
  check: "Check",
  submit: "Submit",
  newBatch: "New batch",
  batches: "Batches",
  stepOf: "{batches} · step {step} of {total}: {name}",
  checking: "Checking…",
  takenInFor: "Taken in for {account}: {rows}, {how}.",
  accumulated: "accumulated into whole lots",
  eachSent: "each sent as a direct order",
  recordedAsRejected: "Recorded as rejected: {rows}.",
  takenIn: "Taken in: {rows}, {how}.",
  back: "Back",
  sending: "Sending…",
  submitRows: "Submit {rows}",
  submitValid: "Submit only the {rows} that are valid",
  wouldBeRefused: {
    one: "{count} row would be refused by a limit",
    other: "{count} rows would be refused by a limit"
  },
  wouldBeQuarantined: { one: "{count} row would be quarantined", other: "{count} rows would be quarantined" },
  wouldConflict: {
    one: "{count} row conflicts with a recorded trade, which stays unchanged",
    other: "{count} rows conflict with recorded trades, which stay unchanged"
  },
  alreadyRecorded: { one: "{count} row is already recorded", other: "{count} rows are already recorded" },
  repeats: {
    one: "{count} row repeats an earlier row of the file",
    other: "{count} rows repeat an earlier row of the file"
  },
  wouldBeHistory: {
    one: "{count} row would be recorded as history and never counted",
    other: "{count} rows would be recorded as history and never counted"
  },
  wouldBeTaken: "{accepted} would be taken, {rejected} would not.",
  rejectedRows: "Rejected rows",
  otherRows: "Other rows",
  wouldOrderNothing: "{symbol} would order nothing: {answer}",
  ordersToFollow: "Orders that would follow",
  rowsToReview: "Rows to review",
  allOrNothing: "All or nothing",
  wouldNotBeTaken: "{rows} would not be taken as they are.",
  separator: "Separator",
  decimalSign: "Decimal sign",
  point: "point: 1.5",
  comma: "comma: 1,5",
  dates: "Dates",
  timeZone: "Time zone",
  europeBerlin: "Europe/Berlin",
  column: "{field} column",
  templateName: "Name of the template",
  saveAsTemplate: "Save as template",
  templateSaved: "Template {name} saved.",
  template: "Template",
  account: "Account",
  mode: "Mode",
  name: "Name",
  settings: "Settings: {summary}",
  settingsMissing: "Missing: {missing}. Choose each above.",
  chooseMode: "Choose the mode",
  execute: "Execute: an order a row",
  accumulate: "Accumulate: into the positions",
  usualMode: "execute, unless a row has no price",
  asItsValuesSay: "as the file's values say",
  notChecked: "Not checked yet.",
  correctionsUnchecked: "Check the corrections again before you submit.",
  nameIsMissing: "Name is missing.",
  chooseFile: "Choose file…",
  orDropItHere: "or drop it here",
  pastedRows: "Pasted rows",
  firstLine: "The first line names the columns: {example}",
  rowsBelowHeader: { one: "{count} row below the header.", other: "{count} rows below the header." },
  corrections: "Corrections",
  line: "Line {line}",
  lineHead: "Line",
  cellOfLine: "{column} of line {line}",
  invalidRowsOfFile: "Invalid rows",
  fileStaysAsItIs:
    "Corrections are submitted with the batch. The file on disk stays unchanged. An empty line is no row.",
  checkAgain: "Check again",
  inTheBatch: { one: "{count} row in the batch", other: "{count} rows in the batch" },
  inTheBatchHeld: {
    one: "{count} row in the batch, held for a decision",
    other: "{count} rows in the batch, held for a decision"
  },
  duplicates: {
    one: "{count} row recorded before, counted once",
    other: "{count} rows recorded before, counted once"
  },
  conflicts: {
    one: "{count} row recorded before with other contents, which stay",
    other: "{count} rows recorded before with other contents, which stay"
  },
  invalidRows: { one: "{count} invalid row", other: "{count} invalid rows" },
  submitted: "Submitted",
  submittedAs: "Submitted as {batch}. Result of its {rows}:",
  rowResults: "Result of the rows",
  open: "Open {batch}",
  eachSentWithTerms: "each sent as a direct order: {terms}, unless a row names its own",
  requiredField: "{field} (required)",
  noColumn: "none",
  choose: "choose",
  noTemplate: "none"
})
