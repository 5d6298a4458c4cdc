import { group, leaf } from "./Tree.ts"

const cases = () => import("../verbs/cases.ts")
const lists = () => import("../verbs/lists.ts")
const audited = () => import("../verbs/audited.ts")
const verdicts = () => import("../verbs/verdicts.ts")
const proofs = () => import("../verbs/proofs.ts")
const exchange = () => import("../verbs/exchange.ts")
const keeping = () => import("../verbs/keeping.ts")
const versions = () => import("../verbs/versions.ts")
const jobs = () => import("../verbs/jobs.ts")
const webhooks = () => import("../verbs/webhooks.ts")
const sessions = () => import("../verbs/sessions.ts")
const batches = () => import("../verbs/batches.ts")
const submitting = () => import("../verbs/batchesSubmit.ts")
const templates = () => import("../verbs/batchTemplates.ts")
const tokens = () => import("../verbs/tokens.ts")
const sync = () => import("../verbs/sync.ts")
const adding = () => import("../verbs/tradesAdd.ts")

const adopting = async () => (await import("../verbs/adoptAccount.ts")).accountsAdopt

/** All verbs of the command line. */
export const roundlot = group(
  "fractional trades in, whole lots at a broker, everything on record",
  {
    init: leaf(
      "write a configuration to begin with, and explain it",
      async () => (await import("../verbs/init.ts")).init
    ),
    status: leaf("how all stands, in a line", async () => (await import("../verbs/status.ts")).status),
    doctor: leaf(
      "what is wrong here, and what to do about it",
      async () => (await import("../verbs/doctor.ts")).doctor
    ),
    start: leaf(
      "drive the accounts of a store until stopped, or until idle",
      async () => (await import("../verbs/start.ts")).startVerb
    ),
    prove: leaf("hold a broker of your own to the contract", async () => (await import("../verbs/prove.ts")).prove),
    trades: group("what came in", {
      import: leaf(
        "take a file of trades in, each exactly once",
        async () => (await import("../verbs/tradesImport.ts")).tradesImport
      ),
      add: leaf("take one trade in", async () => (await adding()).tradesAdd),
      list: leaf("the trades on record", async () => (await lists()).tradesList),
      show: leaf("one trade, with its whole story", async () => (await lists()).tradesShow),
      release: leaf("count a quarantined trade after all", async () => (await verdicts()).tradesRelease),
      dismiss: leaf("end a quarantined trade", async () => (await verdicts()).tradesDismiss),
      reverse: leaf("undo a trade", async () => (await adding()).tradesReverse)
    }),
    positions: group("where every account stands in every symbol", {
      list: leaf("all positions", async () => (await lists()).positionsList),
      show: leaf(
        "one position: the next order, or the reason there is none",
        async () => (await lists()).positionsShow
      ),
      adjust: leaf(
        "correct what the books hold of a symbol",
        async () => (await import("../verbs/positionsAdjust.ts")).positionsAdjust
      ),
      split: leaf(
        "accept that a company has split or joined its shares",
        async () => (await import("../verbs/positionsSplit.ts")).positionsSplit
      ),
      rename: leaf(
        "accept that an instrument has another symbol from a date on",
        async () => (await import("../verbs/positionsRename.ts")).positionsRename
      ),
      "write-off": leaf(
        "give up a rest that can never trade",
        async () => (await import("../verbs/positionsWriteOff.ts")).positionsWriteOff
      )
    }),
    orders: group("what was sent", {
      list: leaf("the orders on record", async () => (await lists()).ordersList),
      show: leaf("one order, with its trades, attempts and fills", async () => (await lists()).ordersShow),
      cancel: leaf(
        "end an order; its position is held until resumed",
        async () => (await import("../verbs/ordersCancel.ts")).ordersCancel
      ),
      approve: leaf(
        "let an order go that waits for a person",
        async () => (await import("../verbs/ordersApprove.ts")).ordersApprove
      ),
      recheck: leaf(
        "ask the broker about an order now",
        async () => (await import("../verbs/ordersRecheck.ts")).ordersRecheck
      ),
      "accept-report": leaf(
        "accept a report that is held as implausible",
        async () => (await import("../verbs/heldReports.ts")).ordersAcceptReport
      ),
      void: leaf(
        "void executions and totals that were booked",
        async () => (await import("../verbs/heldReports.ts")).ordersVoid
      ),
      retry: leaf(
        "a new order in the place of one that has ended",
        async () => (await import("../verbs/ordersRetry.ts")).ordersRetry
      ),
      resolve: leaf("say what became of an order in doubt", async () => (await verdicts()).ordersResolve)
    }),
    batches: group("trades that are submitted together", {
      submit: leaf("submit a file of trades", async () => (await submitting()).batchesSubmit),
      open: leaf("a batch that collects trades one by one", async () => (await submitting()).batchesOpen),
      queue: leaf("no more trades enter it: it waits for its turn", async () => (await batches()).batchesQueue),
      watch: leaf("tell how far a batch is until it has ended", async () => (await batches()).batchesWatch),
      list: leaf("all batches", async () => (await batches()).batchesList),
      show: leaf("one batch, with how far it is", async () => (await batches()).batchesShow),
      cancel: leaf("send nothing more of a batch", async () => (await batches()).batchesCancel),
      retry: leaf("try the failed rows again, as a new batch", async () => (await batches()).batchesRetry),
      export: leaf("every row with what became of it", async () => (await batches()).batchesExport),
      delete: leaf("leave an ended batch out of lists", async () => (await batches()).batchesDelete),
      archive: leaf("put ended batches away", async () => (await batches()).batchesArchive),
      templates: group("how batches of a kind are submitted", {
        save: leaf("keep how they are submitted, under a name", async () => (await templates()).templatesSave),
        list: leaf("all templates", async () => (await templates()).templatesList),
        show: leaf("one template", async () => (await templates()).templatesShow),
        delete: leaf("forget one", async () => (await templates()).templatesDelete)
      })
    }),
    decide: leaf(
      "decide to trade, and have it executed at once",
      async () => (await import("../verbs/decide.ts")).decide
    ),
    decisions: group("what strategies decided", {
      list: leaf("the decisions on record", async () => (await audited()).decisionsList),
      show: leaf("one decision with its order and attempts", async () => (await audited()).decisionsShow),
      tally: leaf("why decisions failed, counted", async () => (await audited()).decisionsTally)
    }),
    attempts: group("every try to send an order", {
      list: leaf("the attempts on record", async () => (await audited()).attemptsList),
      show: leaf("one attempt: request, answer, order and decision", async () => (await audited()).attemptsShow),
      tally: leaf("why attempts failed, counted", async () => (await audited()).attemptsTally)
    }),
    fills: group("what brokers executed", {
      list: leaf("the executions on record", async () => (await lists()).fillsList),
      show: leaf("one fill with all its revisions", async () => (await lists()).fillsShow),
      waiting: leaf("the executions that are not counted yet", async () => (await lists()).fillsWaiting),
      "waiting-commissions": leaf(
        "the commissions whose execution is not booked yet",
        async () => (await lists()).fillsWaitingCommissions
      )
    }),
    allocations: group("which trade is in which order", {
      list: leaf("all allocations", async () => (await lists()).allocationsList),
      show: leaf("one allocation with both ends", async () => (await lists()).allocationsShow)
    }),
    accounts: group("whose trades and orders they are", {
      list: leaf("the accounts and their policies", async () => (await lists()).accountsList),
      show: leaf("one account with its trading states", async () => (await lists()).accountsShow),
      add: leaf(
        "make an account, or change its policies",
        async () => (await import("../verbs/accountsAdd.ts")).accountsAdd
      ),
      adopt: leaf("declare what an account held before", adopting)
    }),
    account: group("the same as 'accounts', for one", { adopt: leaf("declare what an account held before", adopting) }),
    reconcile: leaf(
      "compare the books with the broker's holdings",
      async () => (await import("../verbs/reconcile.ts")).reconcile
    ),
    instruments: group("the symbols that came up", {
      list: leaf("all of them, and what the broker says", async () => (await lists()).instrumentsList),
      confirm: leaf(
        "say what an instrument is: its lot, its tick",
        async () => (await import("../verbs/instrumentsConfirm.ts")).instrumentsConfirm
      )
    }),
    breaks: group("differences and contradictions", {
      list: leaf("all breaks", async () => (await lists()).breaksList),
      show: leaf("one break with its evidence", async () => (await lists()).breaksShow),
      resolve: leaf("close a break by a decision of yours", async () => (await verdicts()).breaksResolve)
    }),
    cases: group("all that needs a person", {
      list: leaf("all of it, the gravest first", async () => (await cases()).casesList),
      show: leaf("one case with what is recommended", async () => (await cases()).casesShow),
      acknowledge: leaf("you have seen it", async () => (await cases()).casesAcknowledge),
      assign: leaf("say who sees to it", async () => (await cases()).casesAssign),
      note: leaf("put on record what you found", async () => (await cases()).casesNote)
    }),
    alerts: group("who is alerted", {
      test: leaf("send a trial by every channel", async () => (await import("../verbs/alertsTest.ts")).alertsTest)
    }),
    tokens: group("who may call the HTTP API", {
      create: leaf("make a token; its secret is shown once", async () => (await tokens()).tokensCreate),
      rotate: leaf("give a token a new secret", async () => (await tokens()).tokensRotate),
      revoke: leaf("make a token void", async () => (await tokens()).tokensRevoke),
      list: leaf("every token that was made", async () => (await tokens()).tokensList),
      link: leaf(
        "print a link that signs a browser in",
        async () => (await import("../verbs/tokensLink.ts")).tokensLink
      )
    }),
    sessions: group("which browsers are signed in", {
      list: leaf("every browser that is signed in", async () => (await sessions()).sessionsList),
      end: leaf("sign a browser out", async () => (await sessions()).sessionsEnd)
    }),
    controls: group("what may be sent", {
      show: leaf("trading states and limits", async () => (await import("../verbs/controls.ts")).controlsShow),
      set: leaf("set a trading state, or limits", async () => (await import("../verbs/controls.ts")).controlsSet)
    }),
    mcp: leaf("serve tools to a model's program", async () => (await import("../verbs/mcp.ts")).mcp),
    halt: leaf("stop sending: everything, an account or a symbol", async () => (await verdicts()).halt),
    resume: leaf("send again", async () => (await verdicts()).resume),
    journal: group("what happened, entry by entry", {
      list: leaf("the entries", async () => (await lists()).journalList),
      show: leaf("one entry with its body", async () => (await proofs()).journalShow),
      why: leaf("what caused an entry or a record", async () => (await proofs()).journalWhy),
      head: leaf("the newest place and its hash", async () => (await proofs()).journalHead),
      export: leaf("every entry as its canonical line", async () => (await proofs()).journalExport)
    }),
    report: group("what trading came to", {
      hedging: leaf(
        "each trade's slippage, commission and delays",
        async () => (await import("../verbs/reportHedging.ts")).reportHedging
      ),
      trail: leaf(
        "what an auditor asks for, each entry with its place and hash",
        async () => (await import("../verbs/reportTrail.ts")).reportTrail
      )
    }),
    payloads: group("what went over the wire", {
      show: leaf("the raw bytes of one payload", async () => (await proofs()).payloadsShow)
    }),
    audit: leaf("prove the books from the journal", async () => (await proofs()).audit),
    sync: group("read the broker into the books now", {
      trades: leaf("its executions and orders", async () => (await sync()).syncTrades),
      positions: leaf("what it says that the account holds", async () => (await sync()).syncPositions)
    }),
    jobs: group("background work that outlives who asked for it", {
      enqueue: leaf("ask for background work", async () => (await jobs()).jobsEnqueue),
      list: leaf("the work that was asked for", async () => (await jobs()).jobsList),
      show: leaf("one job: progress, result and history", async () => (await jobs()).jobsShow),
      retry: leaf("try one again that was given up", async () => (await jobs()).jobsRetry),
      cancel: leaf("call one off", async () => (await jobs()).jobsCancel)
    }),
    webhooks: group("programs that are posted events", {
      list: leaf("where the deliveries of each stand", async () => (await webhooks()).webhooksList),
      test: leaf("post a delivery without events", async () => (await webhooks()).webhooksTest),
      continue: leaf(
        "go on elsewhere: once more, or past what is never taken",
        async () => (await webhooks()).webhooksContinue
      )
    }),
    schwab: group("an account at Charles Schwab", {
      login: leaf(
        "log in: once a week, a person must",
        async () => (await import("../verbs/schwabLogin.ts")).schwabLogin
      )
    }),
    simulate: group("brokers on this machine, for trying and testing", {
      alpaca: leaf("Alpaca's HTTP and streams", async () => (await import("../verbs/simulate.ts")).simulateAlpacaVerb),
      ibkr: leaf("the protocol of TWS", async () => (await import("../verbs/simulateIbkr.ts")).simulateIbkrVerb),
      schwab: leaf(
        "Schwab's HTTP and logins",
        async () => (await import("../verbs/simulateSchwab.ts")).simulateSchwabVerb
      )
    }),
    store: group("moving and keeping the books", {
      copy: leaf("copy a store into an empty place, of either kind", async () => (await keeping()).storeCopy),
      backup: leaf("a verified copy in one file", async () => (await keeping()).storeBackup),
      restore: leaf("a store from a backup", async () => (await keeping()).storeRestore),
      activate: leaf("let a copy drive; what it is a copy of is retired", async () => (await keeping()).storeActivate),
      migrate: leaf("bring the tables to this version, a backup first", async () => (await versions()).storeMigrate),
      rollback: leaf("bring them one version back", async () => (await versions()).storeRollback),
      retain: leaf(
        "drop old payload bytes, keep their hashes",
        async () => (await import("../verbs/retain.ts")).storeRetain
      )
    }),
    completion: leaf(
      "what a shell needs to complete verbs, flags, ids and symbols",
      async () => (await import("../verbs/completion.ts")).completion
    ),
    complete: leaf(
      "the ids, symbols and names that may stand next",
      async () => (await import("../verbs/complete.ts")).complete
    ),
    exchange: group("the simulated exchange", {
      do: leaf("give it an instruction", async () => (await exchange()).exchangeDo),
      orders: leaf("its orders", async () => (await exchange()).exchangeOrders),
      fills: leaf("its executions", async () => (await exchange()).exchangeFills),
      requests: leaf("every request that reached it", async () => (await exchange()).exchangeRequests)
    })
  },
  {
    "Set up": ["init", "start", "accounts", "account", "instruments", "prove", "completion", "complete"],
    Now: ["status", "cases", "breaks", "doctor"],
    Trade: ["trades", "batches", "decide", "orders", "positions", "fills"],
    "Stop and limit": ["halt", "resume", "controls"],
    "Compare with the broker": ["reconcile", "sync", "schwab"],
    "Record and proof": ["journal", "audit", "report", "decisions", "attempts", "allocations", "payloads"],
    Access: ["tokens", "sessions", "alerts", "webhooks", "mcp"],
    Maintenance: ["jobs", "store"],
    Simulation: ["exchange", "simulate"]
  }
)
