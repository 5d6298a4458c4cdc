import * as Args from "@effect/cli/Args"
import { Effect } from "effect"
import { flagNames } from "../cli/argv.ts"
import { Output } from "../cli/Output.ts"
import { roundlot } from "../cli/roundlot.ts"
import type { Tree } from "../cli/Tree.ts"
import * as Verb from "../cli/Verb.ts"

/** What may follow each path of words: the words under it, or the flags of its verb. */
const following = async (path: string, tree: Tree): Promise<ReadonlyArray<readonly [path: string, words: string]>> => {
  if (tree._tag === "Leaf") return [[path, flagNames((await tree.load()).usage).join(" ")]]
  const inner = Object.entries(tree.verbs).map(([word, verb]) => following(`${path} ${word}`, verb))
  return [[path, Object.keys(tree.verbs).join(" ")], ...(await Promise.all(inner)).flat()]
}

/**
 * A function that looks the words before the cursor up, the flags among them left out. What comes after a verb is its own: names of
 * files too. The library's own completions know no verb of two words, so that ours are written here.
 */
const script = (cases: ReadonlyArray<readonly [path: string, words: string]>): string =>
  [
    "_roundlot() {",
    '  local path="" word words=""',
    '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    '    case "$word" in -*) ;; *) path="$path $word" ;; esac',
    "  done",
    '  case "$path" in',
    ...cases.map(([path, words]) => `    "${path}"${words.startsWith("-") ? "*" : ""}) words="${words}" ;;`),
    "  esac",
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    "}",
    "complete -o default -F _roundlot roundlot"
  ].join("\n")

const ZSH = "autoload -U bashcompinit && bashcompinit"

/** `completion`. */
export const completion = Verb.make({
  name: "completion",
  summary: "print what a shell needs to complete verbs and flags",
  examples: [
    ["source <(roundlot completion bash)", "for this shell; a line in ~/.bashrc does it for all"],
    ["source <(roundlot completion zsh)", "the same in ~/.zshrc, after compinit"]
  ],
  flags: {
    shell: Args.choice(
      [
        ["bash", "bash"],
        ["zsh", "zsh"]
      ],
      { name: "SHELL" }
    ).pipe(Args.withDescription("bash or zsh"))
  },
  run: ({ shell }) =>
    Effect.gen(function* () {
      const { raw } = yield* Output
      const written = script(yield* Effect.promise(() => following("", roundlot)))
      yield* raw(`${shell === "zsh" ? `${ZSH}\n` : ""}${written}\n`)
    })
})
