import type { Documents } from "@roundlot/api"
import { CopiedStore } from "@roundlot/api/client"
import { Option, Schema } from "effect"
import { useMemo } from "react"
import { Link } from "wouter"
import { useAsk } from "../api/asking.ts"
import { backUp, restoreCopy } from "../ui/action/backups.ts"
import { ActionButton } from "../ui/action/ActionButton.tsx"
import { CopyId } from "../ui/parts/CopyId.tsx"
import { Facts } from "../ui/parts/Facts.tsx"
import { Figure, Foreign, GivenId, Moment } from "../ui/parts/Figure.tsx"
import { Asked, Panel } from "../ui/parts/Panel.tsx"
import type { Column } from "../ui/table/Column.ts"
import * as columns from "../ui/table/columns.tsx"
import { jobProgress } from "../ui/table/jobColumns.tsx"
import { Rows } from "../ui/table/TablePanel.tsx"
import { quoted } from "../words/copies.ts"
import { texts } from "../words/text/backups.ts"

type Job = typeof Documents.JobDocument.Type

const backupIn = Schema.decodeUnknownOption(Schema.Struct({ backup: Schema.String }))
const stepIn = Schema.decodeUnknownOption(Schema.Struct({ step: Schema.String }))
const resultIn = Schema.decodeUnknownOption(CopiedStore)

/** A job that restores a copy, and what it came to; without a result where it has not ended, or failed. */
interface Restoring extends Job {
  readonly backup: string
  readonly step: string
  readonly copy: CopiedStore | undefined
}

const restoringOf = (job: Job): Restoring => ({
  ...job,
  backup: Option.match(backupIn(job.payload), { onNone: () => "", onSome: ({ backup }) => backup }),
  step: Option.match(stepIn(job.progress), { onNone: () => "", onSome: ({ step }) => step }),
  copy: Option.getOrUndefined(resultIn(job.result))
})

const Command = ({ of }: { readonly of: string }) => (
  <p>
    <code>{of}</code> <CopyId id={of} />
  </p>
)

/** What is done with a backup: a copy is restored here where the store is a file, else on the command line. */
const Restoration = ({ folder, of }: { readonly folder: string; readonly of: Documents.BackupDocument }) => {
  const { copy, isCopied, name } = of
  if (isCopied && copy !== null) return texts.alreadyRestored({ copy: <Foreign text={copy} /> })
  if (copy !== null) {
    return <ActionButton action={restoreCopy(of, folder)} label={texts.restoreCopy} className="button small" />
  }
  const command = `roundlot store restore ${quoted(`${folder}/${name}`)} --store STORE`
  return (
    <>
      {texts.restoreByCommand} <code>{command}</code> <CopyId id={command} />
    </>
  )
}

const backupsIn = (folder: string): ReadonlyArray<Column<Documents.BackupDocument>> => [
  columns.foreign("backup", ({ name }) => name),
  columns.time("backupWritten", ({ at }) => at),
  columns.count("backupBytes", ({ bytes }) => bytes),
  columns.node("action", (backup) => <Restoration folder={folder} of={backup} />)
]

const restorings: ReadonlyArray<Column<Restoring>> = [
  columns.node("job", ({ backup, id }) => (
    <Link href={`/ops/jobs/${id}`}>
      <Foreign text={backup} />
    </Link>
  )),
  ...jobProgress,
  columns.count("copyEntries", ({ copy }) => copy?.entries ?? null),
  columns.count("copyLacks", ({ copy }) => copy?.lacks ?? null)
]

/** A restored copy: what the audit says, how far it is, and how it takes over. */
const Verdict = ({
  backups,
  of: { backup, copy }
}: {
  readonly backups: Documents.BackupsDocument
  readonly of: Restoring
}) => {
  if (copy === undefined) return null
  const address = quoted(`sqlite:${copy.file}`)
  const lost = copy.lacks === 0 ? "" : ` --lose ${copy.lacks}`
  return (
    <Panel title={texts.latestCopy} note={<Foreign text={backup} />}>
      <p>
        {texts.auditClean({ entries: <Figure of={String(copy.entries)} /> })}{" "}
        {copy.lacks === 0 ? texts.lacksNothing : texts.lacks({ count: copy.lacks })}
      </p>
      <Facts
        facts={[
          ["copyFile", <Foreign text={copy.file} />],
          ["newestEntry", <Moment at={copy.newestAt} />],
          ["copyPosition", <Figure of={String(copy.position)} />],
          ["copyHash", <GivenId id={copy.hash} />],
          [
            "copyHeads",
            Object.entries(copy.heads).map(([account, { hash, seq }]) => (
              <div key={account}>
                <Foreign text={account} /> {seq}: <GivenId id={hash} isShort />
              </div>
            ))
          ]
        ]}
      />
      <p>{texts.takeOver}</p>
      <Command of={`roundlot store activate --store ${address}${lost} --reason WHY`} />
      <Command of={`roundlot start --store ${address} --paper ${quoted(backups.paper)}`} />
      <p className="faint">{texts.lackedGrow}</p>
    </Panel>
  )
}

const Listed = ({ backups }: { readonly backups: Documents.BackupsDocument }) => {
  const { folder, items, problem } = backups
  const shown = useMemo(() => backupsIn(folder), [folder])
  return (
    <Rows
      label={texts.backups}
      empty={problem ?? texts.noBackups}
      columns={shown}
      rows={items}
      idOf={({ name }) => name}
      isShort
    />
  )
}

/** How jobs go stands in no journal: the stream says nothing of it. */
const EVERY_MS = 2_000

/** Backups of the store, and the copies that were restored from them. */
export const Backups = () => {
  const listed = useAsk(["backups"], (api) => api.store.backups(), true, EVERY_MS)
  const work = useAsk(
    ["restored copies"],
    (api) => api.jobs.list({ urlParams: { type: "store.restore", order: "newest", limit: 20 } }),
    true,
    EVERY_MS
  )
  const known = work.data?.items.map(restoringOf) ?? []
  const latest = known.find(({ copy }) => copy !== undefined)
  const running = known.find(({ status }) => status === "running")
  const backups = listed.data
  return (
    <>
      <Panel
        title={texts.backups}
        note={backups === undefined ? undefined : texts.backupsIn({ folder: <code>{backups.folder}</code> })}
        action={backups === undefined ? undefined : <ActionButton action={backUp(backups)} className="button small" />}
      >
        <Asked query={listed}>{(found) => <Listed backups={found} />}</Asked>
      </Panel>
      {known.length === 0 ? null : (
        <Panel title={texts.restoredCopies} note={texts.newestCopies}>
          {running === undefined ? null : <p role="status">{texts.copying({ step: running.step })}</p>}
          <Asked query={work}>
            {() => (
              <Rows
                label={texts.restoredCopies}
                empty={texts.noCopies}
                columns={restorings}
                rows={known}
                idOf={({ id }) => id}
                isShort
              />
            )}
          </Asked>
        </Panel>
      )}
      {latest === undefined || backups === undefined ? null : <Verdict backups={backups} of={latest} />}
    </>
  )
}
