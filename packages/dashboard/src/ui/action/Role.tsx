import type { Role } from "@roundlot/api/client"
import type { ReactNode } from "react"
import { NeedsRole } from "./NeedsRole.tsx"
import { PageHead } from "../parts/PageHead.tsx"
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
  if (useMay(role)) return children
  return (
    <>
      <PageHead>{title}</PageHead>
      <NeedsRole role={role} />
    </>
  )
}
