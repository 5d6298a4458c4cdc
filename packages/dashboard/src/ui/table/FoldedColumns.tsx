import { glossary } from "../../words/glossary.ts"
import type { Fit } from "./fit.ts"
import { texts } from "../../words/text/tables.ts"

/** Which columns a table left out to fit its box, and a button that shows them. */
export const FoldedColumns = ({ fit: { gaveWay, isUnfolded, setUnfolded } }: { readonly fit: Fit }) =>
  gaveWay.length === 0 ? null : (
    <p className="extent folded">
      {isUnfolded ? null : (
        <>{texts.foldedColumns({ columns: gaveWay.map((term) => glossary[term].head).join(", ") })} </>
      )}
      <button type="button" className="button quiet small" onClick={() => setUnfolded(!isUnfolded)}>
        {isUnfolded ? texts.fitColumns : texts.allColumns}
      </button>
    </p>
  )
