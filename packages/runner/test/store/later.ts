import { Migrations } from "@roundlot/store-sql"

const making = (text: string) => [
  `ALTER TABLE roundlot_trades ADD COLUMN "venue" ${text}`,
  `CREATE TABLE roundlot_ops_labels ("id" BIGINT NOT NULL PRIMARY KEY, "label" ${text} NOT NULL)`
]

const undoing = [`DROP TABLE roundlot_ops_labels`, `ALTER TABLE roundlot_trades DROP COLUMN "venue"`]

/** What a next version may do: a column more, and a table. */
export const labels: Migrations.Migration = {
  name: "labels",
  fingerprint: "0a1b2c3d",
  does: "trades have a venue, and there are labels",
  up: { sqlite: making("TEXT"), postgres: making('TEXT COLLATE "C"') },
  down: {
    sqlite: undoing,
    postgres: undoing,
    losing:
      `SELECT (SELECT count(*) FROM roundlot_ops_labels)` +
      ` + (SELECT count(*) FROM roundlot_trades WHERE "venue" IS NOT NULL) AS "rows"`
  }
}

const ending = (last: string): Migrations.Migration => {
  const up = { sqlite: [...labels.up.sqlite, last], postgres: [...labels.up.postgres, last] }
  return { ...labels, up }
}

/** The same, failing at its last statement. */
export const failing = ending("INSERT INTO roundlot_no_such_table VALUES (1)")

/** The same, never done with its last statement. */
export const endless: Migrations.Migration = {
  ...labels,
  up: {
    sqlite: [
      ...labels.up.sqlite,
      `INSERT INTO roundlot_ops_labels WITH RECURSIVE endless(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM endless) SELECT max(n), '' FROM endless`
    ],
    postgres: [...labels.up.postgres, "SELECT pg_sleep(100000)"]
  }
}

/** What the newer version knows. */
export const newer: ReadonlyArray<Migrations.Migration> = [...Migrations.ours, labels]
