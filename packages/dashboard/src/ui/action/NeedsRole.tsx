import type { Role } from "@roundlot/api/client"
import { useCaller } from "../../api/overview.ts"
import { Foreign } from "../parts/Figure.tsx"
import { useMay } from "./useMay.ts"
import { texts } from "../../words/text/actions.ts"

/** Which role is needed, and who somebody is that has none of it; absent for who has. */
export const NeedsRole = ({ role }: { readonly role: Role }) => {
  const { data: caller } = useCaller()
  const may = useMay(role)
  if (may || caller === undefined) return null
  return (
    <p className="problem" role="note">
      {texts.needsRole({ role, caller: <Foreign text={caller.name} />, callerRole: caller.role })}
    </p>
  )
}
