import { type Role, allows } from "@roundlot/api/client"
import type { ReactNode } from "react"
import { PageHead } from "../parts/PageHead.tsx"
import { useCaller } from "../../api/overview.ts"
import { Foreign } from "../parts/Figure.tsx"
import { texts } from "../../words/text/actions.ts"

interface NeedsProps {
  readonly role: Role
  readonly children: ReactNode
}

/** What only those have a use for who may do it; absent for others. */
export const ForRole = ({ children, role }: NeedsProps) => (useMay(role) ? children : null)

interface FormProps extends NeedsProps {
  readonly title: string
}

/** A page for those who may; it tells others which role it needs, and who they are. */
export const FormForRole = ({ children, role, title }: FormProps) => {
  if (useMay(role)) return children
  return (
    <>
      <PageHead>{title}</PageHead>
      <NeedsRole role={role} />
    </>
  )
}

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

/** May the signed-in person do what this role may? While nobody is known, the daemon decides. */
export const useMay = (role: Role): boolean => {
  const { data: caller } = useCaller()
  return caller === undefined || allows(caller.role, role)
}
