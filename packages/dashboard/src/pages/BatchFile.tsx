import { FileButton, giveFirst, type GiveFile } from "../ui/form/FileButton.tsx"
import { Field } from "../ui/parts/Field.tsx"
import { Head } from "../ui/parts/Help.tsx"
import { texts } from "../words/text/newBatch.ts"

/** The columns that a file has by the names of the fields. */
const SAMPLE = "source_id,timestamp,symbol,side,quantity,price\n"

interface BatchFileProps {
  readonly csv: string
  /** Takes a whole file, which is checked at once. */
  readonly onGive: GiveFile
  /** Takes rows as they are written. */
  readonly onWrite: (csv: string) => void
  readonly onCheck: () => void
}

/** The first step of a new batch: a file of trades, or pasted rows. */
export const BatchFile = ({ csv, onCheck, onGive, onWrite }: BatchFileProps) => (
  <section className="panel form" aria-label={texts.file}>
    <div
      className="field drop"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        giveFirst(event.dataTransfer.files, onGive)
      }}
    >
      <Head term="file" />
      <FileButton label={texts.chooseFile} onGive={onGive} />
      <span className="faint">{texts.orDropItHere}</span>
    </div>
    <Field term="pasted">
      <textarea
        aria-label={texts.pastedRows}
        rows={6}
        value={csv.length > 20_000 ? csv.slice(0, 20_000) : csv}
        readOnly={csv.length > 20_000}
        placeholder={SAMPLE}
        onChange={({ target }) => onWrite(target.value)}
        spellCheck={false}
      />
    </Field>
    <p className="faint">
      {csv === ""
        ? texts.firstLine({ example: <code>{SAMPLE.trim()}</code> })
        : texts.rowsBelowHeader({ count: csv.split(/\r?\n/).filter((line) => line.trim() !== "").length - 1 })}
    </p>
    <div className="buttons">
      <button
        type="button"
        className="button primary"
        aria-disabled={csv.trim() === ""}
        onClick={() => csv.trim() !== "" && onCheck()}
      >
        {texts.check}
      </button>
    </div>
  </section>
)
