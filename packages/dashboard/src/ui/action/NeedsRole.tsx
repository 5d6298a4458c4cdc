import type { Role } from "@roundlot/api/client"
import { useCaller } from "../../api/overview.ts"
import { Foreign } from "../parts/Figure.tsx"
import { useMay } from "./useMay.ts"

/** Which role is needed, and who somebody is that has none of it; absent for who has. */
export const NeedsRole = ({ role }: { readonly role: Role }) => {
  const { data: caller } = useCaller()
  const may = useMay(role)
  if (may || caller === undefined) return null
  return (
    <p className="problem" role="note">
      You need the role {role} for this. You are signed in as <Foreign text={caller.name} /> ({caller.role}).
    </p>
  )
}
