import * as Args from "@effect/cli/Args"
import { Effect, Option } from "effect"
import { argumentNames, flagNames } from "../terminal/argv.ts"
import { Output } from "../terminal/Output.ts"
import type { Tree } from "../terminal/Tree.ts"
import * as Verb from "../terminal/Verb.ts"
import { Account, Decision, Fill, Order, Reads, Trade } from "@roundlot/core"
import { Id, type Table, type TradeRepository } from "@roundlot/core/adapter"
import { Allocation, Attempt, Batch, Break, Instrument, Job } from "@roundlot/core/ledger"
import { cases, sessions, templates, tokens } from "@roundlot/queries"
import type { Reading } from "../Program.ts"
import * as Flags from "../terminal/flags.ts"
import { reading } from "../within.ts"

/** What may follow a path of words: the words under it, or the flags of its verb. */
interface Following {
  readonly path: string
  readonly words: ReadonlyArray<string>
  readonly isVerb: boolean
  /** Is the next word an id, a symbol or a name of the books? */
  readonly isOfRecords: boolean
}

const following = async (path: string, tree: Tree): Promise<ReadonlyArray<Following>> => {
  if (tree._tag === "Leaf") {
    const { usage } = await tree.load()
    const takesRecord = isOfRecords(path.trim()) && argumentNames(usage).length > 0
    return [{ path, words: flagNames(usage), isVerb: true, isOfRecords: takesRecord }]
  }
  const inner = Object.entries(tree.verbs).map(([word, verb]) => following(`${path} ${word}`, verb))
  const here = { path, words: Object.keys(tree.verbs), isVerb: false, isOfRecords: false }
  return [here, ...(await Promise.all(inner)).flat()]
}

/** So many of a kind are looked at, the newest: nobody completes the id of what is older. */
const NEWEST = 1_000

const newest = <R>(table: Table.Table<R>, wordOf: (record: R) => string): Words =>
  Effect.map(Reads.page(table, { descending: true, limit: NEWEST }), ({ items }) => items.map(wordOf))

const ids = <R extends { readonly id: number }>(table: Table.Table<R>, kind: Id.Kind): Words =>
  newest(table, ({ id }) => Id.format(kind, id))

const accounts = newest(Account.AccountTable, ({ name }) => name)

const symbols = newest(Instrument.InstrumentTable, ({ symbol }) => symbol)

const orders = ids(Order.OrderTable, "order")

const trades = ids(Trade.TradeTable, "trade")

const batches = ids(Batch.BatchTable, "batch")

const decisions = ids(Decision.DecisionTable, "decision")

const ofFlag: Readonly<Record<string, Words>> = {
  "--account": accounts,
  "--symbol": symbols,
  "--order-id": orders,
  "--trade-id": trades,
  "--decision-id": decisions,
  "--batch": batches
}

/** The flags that take what stands in the books. */
const flagsOfRecords: ReadonlyArray<string> = Object.keys(ofFlag)

const flags = flagsOfRecords.join("|")

/**
 * A function that looks the words before the cursor up, the flags among them left out; what stands in the books is asked of them, in the
 * store that the line names. What else comes after a verb is its own: names of files too. The library's own completions know no verb of
 * two words, so that ours are written here.
 */
const bash = (cases: ReadonlyArray<Following>): string =>
  [
    "_roundlot() {",
    '  local path="" word words="" of="" before="${COMP_WORDS[COMP_CWORD-1]}" now="${COMP_WORDS[COMP_CWORD]}"',
    "  local -a place=()",
    "  local i",
    "  for ((i = 1; i < COMP_CWORD; i++)); do",
    '    word="${COMP_WORDS[i]}"',
    '    case "$word" in',
    '      --store|--config|--env-file) place+=("$word" "${COMP_WORDS[i+1]}"); ((i++)) ;;',
    '      --store=*|--config=*|--env-file=*) place+=("$word") ;;',
    `      ${flags}) ((i++)) ;;`,
    "      -*) ;;",
    '      *) path="$path $word" ;;',
    "    esac",
    "  done",
    '  case "$path" in',
    ...cases.map(
      ({ isOfRecords: asks, isVerb, path, words }) =>
        `    "${path}"${isVerb ? "*" : ""}) words="${words.join(" ")}"${asks ? `; of="${path.trim()}"` : ""} ;;`
    ),
    "  esac",
    `  case "$before" in ${flags}) of="$before"; words="" ;; esac`,
    '  if [[ -n "$of" && "$now" != -* ]]; then',
    '    words="$words $("${COMP_WORDS[0]}" complete "${place[@]}" -- "$of" "$now" 2>/dev/null)"',
    "  fi",
    '  COMPREPLY=($(compgen -W "$words" -- "$now"))',
    "}",
    "complete -o default -F _roundlot roundlot"
  ].join("\n")

const fish = (cases: ReadonlyArray<Following>): string =>
  [
    "function _roundlot",
    "  set -l before (commandline -opc)",
    "  set -l now (commandline -ct)",
    "  set -l program $before[1]",
    "  set -e before[1]",
    "  set -l path",
    "  set -l place",
    "  set -l of",
    "  set -l flag",
    "  for word in $before",
    '    if test -n "$flag"',
    '      contains -- "$flag" --store --config --env-file; and set -a place $flag $word',
    "      set flag",
    "      continue",
    "    end",
    "    switch $word",
    `      case --store --config --env-file ${flagsOfRecords.join(" ")}`,
    "        set flag $word",
    "      case '--store=*' '--config=*' '--env-file=*'",
    "        set -a place $word",
    "      case '-*'",
    "      case '*'",
    "        set -a path $word",
    "    end",
    "  end",
    `  switch "$path"`,
    ...cases.flatMap(({ isOfRecords: asks, isVerb, path, words }) => [
      `    case '${path.trim()}'${isVerb ? ` '${path.trim()} *'` : ""}`,
      `      printf '%s\\n' ${words.join(" ")}`,
      ...(asks ? [`      set of '${path.trim()}'`] : [])
    ]),
    "  end",
    '  test -n "$flag"; and set of $flag',
    '  if test -n "$of"; and not string match -q -- "-*" "$now"',
    '    $program complete $place -- "$of" "$now" 2>/dev/null',
    "  end",
    "end",
    "complete -c roundlot -a '(_roundlot)'"
  ].join("\n")

const ZSH = "autoload -U bashcompinit && bashcompinit"

const zsh = (cases: ReadonlyArray<Following>): string => `${ZSH}\n${bash(cases)}`

/** `completion` of a command line. */
export const completionOf = (tree: Tree): Verb.Verb =>
  Verb.make({
    name: "completion",
    summary: "print shell completion for verbs, flags, ids and symbols",
    examples: [
      ["source <(roundlot completion bash)", "for this shell; a line in ~/.bashrc does it for all"],
      ["source <(roundlot completion zsh)", "the same in ~/.zshrc, after compinit"],
      ["roundlot completion fish > ~/.config/fish/completions/roundlot.fish", "for fish"]
    ],
    flags: {
      shell: Args.choice(
        [
          ["bash", bash],
          ["zsh", zsh],
          ["fish", fish]
        ],
        { name: "SHELL" }
      ).pipe(Args.withDescription("bash, zsh or fish"))
    },
    run: ({ shell }) =>
      Effect.gen(function* () {
        const { raw } = yield* Output
        yield* raw(`${shell(yield* Effect.promise(() => following("", tree)))}\n`)
      })
  })

type Words = Effect.Effect<ReadonlyArray<string>, TradeRepository.StoreError, Reading>

/** Shells expand what they are offered: a symbol out of a file is nothing to run. */
const IS_PLAIN = /^[\w.:/@-]+$/

/** So many are offered. */
const OFFERED = 50

/** What the verbs of a group are about. */
const ofGroup: Readonly<Record<string, Words>> = {
  account: accounts,
  accounts,
  allocations: ids(Allocation.AllocationTable, "allocation"),
  attempts: ids(Attempt.AttemptTable, "attempt"),
  batches,
  "batches templates": Effect.map(templates.list, ({ items }) => items.map(({ name }) => name)),
  breaks: ids(Break.BreakTable, "break"),
  cases: Effect.map(cases.list, (items) => items.map(({ id }) => id)),
  decisions,
  fills: ids(Fill.FillTable, "fill"),
  instruments: symbols,
  jobs: newest(Job.JobTable, ({ id }) => id),
  orders,
  positions: symbols,
  sessions: Effect.map(sessions.list, ({ items }) => items.map(({ id }) => id)),
  tokens: Effect.map(tokens.list, ({ items }) => items.map(({ name }) => name)),
  trades
}

/** The group of a verb, which is a word or two, and what is left of its path. */
const groupOf = (path: string): readonly [group: string, rest: ReadonlyArray<string>] => {
  const [first = "", second = "", ...rest] = path.split(" ")
  const two = `${first} ${second}`
  return Object.hasOwn(ofGroup, two) ? [two, rest] : [first, second === "" ? [] : [second, ...rest]]
}

/** Verbs of such a group whose word is a file, a type or a name of their own. */
const others = ["accounts add", "batches submit", "jobs enqueue", "tokens create", "trades import"]

/** Does a verb take the id, the symbol or the name of a record? */
const isOfRecords = (path: string): boolean => {
  const [group, rest] = groupOf(path)
  return Object.hasOwn(ofGroup, group) && rest.length === 1 && !others.includes(path)
}

const wordsOf = (of: string): Words => ofFlag[of] ?? ofGroup[groupOf(of)[0]] ?? Effect.succeed([])

/** Those that begin so, in any case, each once, without those that a shell would not take as they are. */
export const offered = (words: ReadonlyArray<string>, begins: string): ReadonlyArray<string> =>
  [...new Set(words)]
    .filter((word) => IS_PLAIN.test(word) && word.toUpperCase().startsWith(begins.toUpperCase()))
    .slice(0, OFFERED)

/** `complete`. */
export const complete = Verb.make({
  name: "complete",
  summary: "list ids, symbols and names in the books for completion",
  examples: [
    ["roundlot complete 'orders show' O1", "orders whose id starts with O1, newest first"],
    ["roundlot complete -- --symbol", "all known symbols"]
  ],
  flags: {
    ...Flags.place,
    of: Args.text({ name: "OF" }).pipe(Args.withDescription("Verb or flag before the word")),
    word: Args.text({ name: "WORD" }).pipe(Args.withDescription("Beginning of the word"), Args.optional)
  },
  run: ({ of, word, ...where }) =>
    reading(where, () =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const begins = Option.getOrElse(word, () => "")
        const items = offered(yield* wordsOf(of), begins)
        yield* answer({ items }, items.join("\n"))
      })
    )
})
