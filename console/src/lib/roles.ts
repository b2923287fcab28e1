import {session} from "../http";
import type {Role} from "../model";
import {useStore} from "./store";

const ranks: Record<Role, number> = {viewer: 1, operator: 2, admin: 3};

/** Whether who is logged in may do what needs `least`; what one may not do is not offered. */
export function useMay(least: Role): boolean {
  const who = useStore(session);
  return !!who && (ranks[who.role] ?? 0) >= ranks[least];
}
