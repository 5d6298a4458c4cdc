import type { Role } from "@roundlot/api/client"
import type { ReactNode } from "react"
import { useCaller } from "../api/overview.ts"
import { Foreign } from "./Figure.tsx"
import { PageHead } from "./Shell.tsx"
import { useMay } from "./useMay.ts"

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
  const { data: caller } = useCaller()
  const may = useMay(role)
  if (may || caller === undefined) return children
  return (
    <>
      <PageHead>{title}</PageHead>
      <p className="problem" role="note">
        You need the role {role} for this. You are signed in as <Foreign text={caller.name} /> ({caller.role}).
      </p>
    </>
  )
}
