import * as Args from "@effect/cli/Args"
import { Effect } from "effect"
import { argumentNames, flagNames } from "../terminal/argv.ts"
import { Output } from "../terminal/Output.ts"
import type { Tree } from "../terminal/Tree.ts"
import * as Verb from "../terminal/Verb.ts"
import { flagsOfRecords, isOfRecords } from "./complete.ts"

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
