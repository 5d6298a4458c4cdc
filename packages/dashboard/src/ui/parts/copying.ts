import { MINUS } from "../../format/figure.ts"

/** The figure that a selection is in, whole: what was sent of it. */
const rawIn = (selection: Selection): string | undefined => {
  const { anchorNode, focusNode } = selection
  const figure = anchorNode?.parentElement?.closest<HTMLElement>(".figure[data-raw]")
  if (figure === null || figure === undefined || !figure.contains(focusNode)) return undefined
  return selection.toString().trim() === figure.innerText.trim() ? figure.dataset["raw"] : undefined
}

/** Puts a text on the clipboard, where the browser lets a page: whether it did. */
export const copyText = (text: string): Promise<boolean> =>
  navigator.clipboard.writeText(text).then(
    () => true,
    () => false
  )

/** What is copied is what other programs read: a figure as it was sent, and of anything else a minus that is one in ASCII. */
export const copyRaw = (): void => {
  document.addEventListener("copy", (event) => {
    const selection = document.getSelection()
    if (selection === null || event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement)
      return
    const text = selection.toString()
    const copied = rawIn(selection) ?? text.replaceAll(MINUS, "-")
    if (copied === text || event.clipboardData === null) return
    event.clipboardData.setData("text/plain", copied)
    event.preventDefault()
  })
}
