import { useRef } from "react"

/** Takes a file: its text and its name. */
export type GiveFile = (csv: string, fileName: string) => void

/** Reads the first of some files. */
export const giveFirst = (files: FileList | null, onGive: GiveFile): void => {
  const file = files?.[0]
  if (file !== undefined) void file.text().then((text) => onGive(text, file.name))
}

interface FileButtonProps {
  readonly label: string
  readonly className?: string
  readonly onGive: GiveFile
}

/** Opens the choice of a CSV file. */
export const FileButton = ({ className = "button", label, onGive }: FileButtonProps) => {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <button type="button" className={className} onClick={() => input.current?.click()}>
        {label}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        accept=".csv,.txt,.tsv,text/csv"
        onChange={({ target }) => {
          giveFirst(target.files, onGive)
          // The same file, corrected on the disk, is another choice.
          target.value = ""
        }}
      />
    </>
  )
}
