import { group, leaf, type Tree } from "./terminal/Tree.ts"
import type { Verb } from "./terminal/Verb.ts"

const approvals = () => import("./verbs/approvals.ts")
const cases = () => import("./verbs/cases.ts")
const lists = () => import("./verbs/lists.ts")
const accounts = () => import("./verbs/accounts.ts")
const audited = () => import("./verbs/audited.ts")
const verdicts = () => import("./verbs/verdicts.ts")
const proofs = () => import("./verbs/proofs.ts")
const reconciliation = () => import("./verbs/reconciliation.ts")
const jobs = () => import("./verbs/jobs.ts")
const webhooks = () => import("./verbs/webhooks.ts")
const sessions = () => import("./verbs/tokens.ts")
const batches = () => import("./verbs/batches.ts")
const submitting = () => import("./verbs/batchesSubmit.ts")
const templates = () => import("./verbs/batchTemplates.ts")
const tokens = () => import("./verbs/tokens.ts")
const sync = () => import("./verbs/sync.ts")
const statements = () => import("./verbs/statements.ts")
const adding = () => import("./verbs/tradesAdd.ts")

const adopting = async () => (await import("./verbs/adoptAccount.ts")).accountsAdopt

/** The verbs that work on books: what a program of its own puts beside others in its tree of verbs. */
export const ofBooks = {
  status: leaf("show the overall state and open items", async () => (await import("./verbs/status.ts")).status),
  connections: leaf(
    "list broker connections with latency, errors and requests left",
    async () => (await import("./verbs/connections.ts")).connections
  ),
  trades: group("trades from sources", {
    import: leaf(
      "import a file of trades, each exactly once",
      async () => (await import("./verbs/tradesImport.ts")).tradesImport
    ),
    add: leaf("add a trade", async () => (await adding()).tradesAdd),
    list: leaf("list trades", async () => (await lists()).tradesList),
    show: leaf("show a trade with its history", async () => (await lists()).tradesShow),
    release: leaf("release a quarantined trade: it counts", async () => (await verdicts()).tradesRelease),
    dismiss: leaf("dismiss a quarantined trade", async () => (await verdicts()).tradesDismiss),
    reverse: leaf("reverse a trade", async () => (await adding()).tradesReverse)
  }),
  positions: group("positions of accounts by symbol", {
    list: leaf("list positions", async () => (await lists()).positionsList),
    show: leaf("show a position: the next order, or why none is due", async () => (await lists()).positionsShow),
    residuals: leaf("list the residual of a position over time", async () => (await lists()).positionsResiduals),
    adjust: leaf("correct a position", async () => (await import("./verbs/positionCorrections.ts")).positionsAdjust),
    split: leaf(
      "book a split or reverse split",
      async () => (await import("./verbs/positionCorrections.ts")).positionsSplit
    ),
    rename: leaf("book a symbol change", async () => (await import("./verbs/positionCorrections.ts")).positionsRename),
    "write-off": leaf(
      "write off a residual too small to trade",
      async () => (await import("./verbs/positionCorrections.ts")).positionsWriteOff
    )
  }),
  owners: group("beneficial owners of trades", {
    positions: leaf(
      "list an owner's positions: shares ordered and executed",
      async () => (await lists()).ownersPositions
    )
  }),
  orders: group("orders sent to brokers", {
    list: leaf("list orders", async () => (await lists()).ordersList),
    show: leaf("show an order with its trades, attempts and fills", async () => (await lists()).ordersShow),
    cancel: leaf(
      "cancel an order; its position is held until resumed",
      async () => (await import("./verbs/orders.ts")).ordersCancel
    ),
    approve: leaf("approve an order", async () => (await import("./verbs/orders.ts")).ordersApprove),
    recheck: leaf("refresh an order from the broker", async () => (await import("./verbs/orders.ts")).ordersRecheck),
    "accept-report": leaf(
      "accept a report held as implausible",
      async () => (await import("./verbs/orders.ts")).ordersAcceptReport
    ),
    void: leaf("void booked executions and totals", async () => (await import("./verbs/orders.ts")).ordersVoid),
    retry: leaf("re-submit an ended order", async () => (await import("./verbs/orders.ts")).ordersRetry),
    resolve: leaf("resolve an unconfirmed order", async () => (await verdicts()).ordersResolve)
  }),
  batches: group("batches of trades", {
    submit: leaf("submit a file of trades", async () => (await submitting()).batchesSubmit),
    open: leaf("open a batch that collects trades one by one", async () => (await submitting()).batchesOpen),
    queue: leaf("close an open batch and queue it", async () => (await batches()).batchesQueue),
    watch: leaf("watch batch progress", async () => (await batches()).batchesWatch),
    list: leaf("list batches", async () => (await batches()).batchesList),
    show: leaf("show a batch with its progress", async () => (await batches()).batchesShow),
    cancel: leaf("cancel a batch", async () => (await batches()).batchesCancel),
    retry: leaf("retry the failed rows as a new batch", async () => (await batches()).batchesRetry),
    export: leaf("export every row with its result", async () => (await batches()).batchesExport),
    delete: leaf("hide an ended batch from lists", async () => (await batches()).batchesDelete),
    archive: leaf("archive ended batches", async () => (await batches()).batchesArchive),
    templates: group("templates of batches", {
      save: leaf("save a template", async () => (await templates()).templatesSave),
      list: leaf("list templates", async () => (await templates()).templatesList),
      show: leaf("show a template", async () => (await templates()).templatesShow),
      delete: leaf("delete a template", async () => (await templates()).templatesDelete)
    })
  }),
  decide: leaf("make a decision and execute it now", async () => (await import("./verbs/decide.ts")).decide),
  decisions: group("decisions of strategies", {
    list: leaf("list decisions", async () => (await audited()).decisionsList),
    show: leaf("show a decision with its order and attempts", async () => (await audited()).decisionsShow),
    tally: leaf("count failed decisions by reason", async () => (await audited()).decisionsTally)
  }),
  attempts: group("submission attempts", {
    list: leaf("list attempts", async () => (await audited()).attemptsList),
    show: leaf("show an attempt: request, response, order and decision", async () => (await audited()).attemptsShow),
    tally: leaf("count failed attempts by reason", async () => (await audited()).attemptsTally)
  }),
  fills: group("executions at brokers", {
    list: leaf("list fills", async () => (await lists()).fillsList),
    show: leaf("show a fill with its revisions", async () => (await lists()).fillsShow),
    lots: leaf("show the tax lots of a fill", async () => (await import("./verbs/fillsLots.ts")).fillsLots),
    identify: leaf(
      "identify the tax lots that a fill closes",
      async () => (await import("./verbs/fillsLots.ts")).fillsIdentify
    ),
    waiting: leaf("list unmatched fills", async () => (await lists()).fillsWaiting),
    "waiting-commissions": leaf("list unmatched commissions", async () => (await lists()).fillsWaitingCommissions)
  }),
  allocations: group("allocations of trades to orders", {
    list: leaf("list allocations", async () => (await lists()).allocationsList),
    show: leaf("show an allocation", async () => (await lists()).allocationsShow)
  }),
  accounts: group("accounts at brokers", {
    list: leaf("list accounts and their settings", async () => (await accounts()).accountsList),
    show: leaf("show an account with its trading states", async () => (await accounts()).accountsShow),
    add: leaf("add an account, or change its settings", async () => (await import("./verbs/accounts.ts")).accountsAdd),
    adopt: leaf("declare the opening balance of an account", adopting)
  }),
  account: group("same as 'accounts', for one account", {
    adopt: leaf("declare the opening balance of an account", adopting)
  }),
  reconcile: leaf(
    "reconcile the books with the broker's holdings",
    async () => (await import("./verbs/reconciliation.ts")).reconcile
  ),
  reconciliation: group("books against broker, and past reconciliations", {
    list: leaf("list books against broker, symbol by symbol", async () => (await reconciliation()).reconciliationList),
    runs: leaf("list reconciliations and their outcomes", async () => (await reconciliation()).reconciliationRuns)
  }),
  instruments: group("symbols and their facts", {
    list: leaf("list instruments with the broker's facts", async () => (await accounts()).instrumentsList),
    confirm: leaf(
      "confirm an instrument: lot and tick",
      async () => (await import("./verbs/instrumentsConfirm.ts")).instrumentsConfirm
    )
  }),
  breaks: group("differences between books and broker", {
    list: leaf("list breaks", async () => (await lists()).breaksList),
    show: leaf("show a break with its evidence", async () => (await lists()).breaksShow),
    resolve: leaf("close a break manually", async () => (await verdicts()).breaksResolve)
  }),
  approvals: group("operations that another person has to approve", {
    list: leaf("list approval requests", async () => (await approvals()).approvalsList),
    show: leaf("show an approval request", async () => (await approvals()).approvalsShow),
    approve: leaf("approve a request: it is carried out", async () => (await approvals()).approvalsApprove),
    reject: leaf("reject or withdraw a request", async () => (await approvals()).approvalsReject)
  }),
  cases: group("cases that need attention", {
    list: leaf("list cases, most severe first", async () => (await cases()).casesList),
    show: leaf("show a case with the recommended action", async () => (await cases()).casesShow),
    acknowledge: leaf("acknowledge a case", async () => (await cases()).casesAcknowledge),
    assign: leaf("assign a case", async () => (await cases()).casesAssign),
    note: leaf("add a note to a case", async () => (await cases()).casesNote)
  }),
  alerts: group("alert channels", {
    test: leaf(
      "send a test alert through every channel",
      async () => (await import("./verbs/alertsTest.ts")).alertsTest
    )
  }),
  tokens: group("API tokens", {
    create: leaf("create a token; its secret is shown once", async () => (await tokens()).tokensCreate),
    rotate: leaf("rotate the secret of a token", async () => (await tokens()).tokensRotate),
    revoke: leaf("revoke a token", async () => (await tokens()).tokensRevoke),
    list: leaf("list tokens", async () => (await tokens()).tokensList),
    link: leaf("print a link that signs a browser in", async () => (await import("./verbs/tokens.ts")).tokensLink)
  }),
  sessions: group("signed-in browsers", {
    list: leaf("list signed-in browsers", async () => (await sessions()).sessionsList),
    end: leaf("sign a browser out", async () => (await sessions()).sessionsEnd)
  }),
  controls: group("trading controls", {
    show: leaf("show trading states and limits", async () => (await import("./verbs/controls.ts")).controlsShow),
    set: leaf("set a trading state or limits", async () => (await import("./verbs/controls.ts")).controlsSet)
  }),
  mcp: leaf("serve tools to an AI model (MCP)", async () => (await import("./verbs/mcp.ts")).mcp),
  halt: leaf("halt trading: everything, an account or a symbol", async () => (await verdicts()).halt),
  guard: leaf("halt an account when its daemon goes silent", async () => (await import("./verbs/guard.ts")).guard),
  resume: leaf("resume trading", async () => (await verdicts()).resume),
  journal: group("the journal of events", {
    list: leaf("list entries", async () => (await lists()).journalList),
    show: leaf("show an entry", async () => (await proofs()).journalShow),
    why: leaf("trace the causes of an entry or a record", async () => (await proofs()).journalWhy),
    head: leaf("show the newest entry and its hash", async () => (await proofs()).journalHead),
    export: leaf("export all entries as canonical lines", async () => (await proofs()).journalExport)
  }),
  report: group("reports on executions and the journal", {
    confirmation: leaf(
      "confirm a trade, execution by execution",
      async () => (await import("./verbs/reports.ts")).reportConfirmation
    ),
    hedging: leaf(
      "report slippage, commission and delays of each trade",
      async () => (await import("./verbs/reports.ts")).reportHedging
    ),
    profit: leaf(
      "report tax lots, profit, fees and corrections of a period",
      async () => (await import("./verbs/reports.ts")).reportProfit
    ),
    slippage: leaf(
      "report slippage and commissions by symbol",
      async () => (await import("./verbs/reports.ts")).reportSlippage
    ),
    statement: leaf(
      "compare a broker's end-of-day file with the books",
      async () => (await statements()).reportStatement
    ),
    trail: leaf(
      "report the audit trail, each entry with its place and hash",
      async () => (await import("./verbs/reports.ts")).reportTrail
    )
  }),
  payloads: group("raw payloads", {
    show: leaf("show the raw bytes of a payload", async () => (await proofs()).payloadsShow)
  }),
  audit: leaf("audit the books against the journal", async () => (await proofs()).audit),
  sync: group("synchronise with the broker", {
    trades: leaf("synchronise executions and orders", async () => (await sync()).syncTrades),
    positions: leaf("record broker positions", async () => (await sync()).syncPositions),
    statement: leaf("reconcile with a broker's end-of-day file", async () => (await statements()).syncStatement)
  }),
  jobs: group("background jobs", {
    enqueue: leaf("queue a job", async () => (await jobs()).jobsEnqueue),
    list: leaf("list jobs", async () => (await jobs()).jobsList),
    show: leaf("show a job: progress, result and history", async () => (await jobs()).jobsShow),
    retry: leaf("retry a job", async () => (await jobs()).jobsRetry),
    cancel: leaf("cancel a job", async () => (await jobs()).jobsCancel)
  }),
  webhooks: group("deliveries of events to programs", {
    list: leaf("list webhooks and their deliveries", async () => (await webhooks()).webhooksList),
    test: leaf("post a test delivery", async () => (await webhooks()).webhooksTest),
    continue: leaf("continue deliveries from another cursor", async () => (await webhooks()).webhooksContinue)
  }),
  store: group("back up, copy and migrate stores", {
    retain: leaf(
      "delete old payload bytes, keep their hashes",
      async () => (await import("./verbs/retain.ts")).storeRetain
    )
  }),
  complete: leaf(
    "list ids, symbols and names for completion",
    async () => (await import("./verbs/completion.ts")).complete
  )
}

/** The contract of brokers and sources, held against one of one's own: it asks for no books. */
export const prove = leaf(
  "run the contract tests against your own broker or source",
  async () => (await import("./verbs/prove.ts")).prove
)

/** Completion of a command line for shells, as its tree of verbs has it. */
export const completionOf = async (tree: Tree): Promise<Verb> =>
  (await import("./verbs/completion.ts")).completionOf(tree)
