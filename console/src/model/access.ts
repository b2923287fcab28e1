export type Role = "viewer" | "operator" | "admin";

export interface Session {
  user: string;
  role: Role;
  csrf: string;
}

export interface User {
  name: string;
  role: Role;
  last_login: number | null;
}

export interface ApiKey {
  name: string;
  role: Role;
  created: number;
  expires: number | null;
  last_used: number | null;
}

export interface AuditEntry {
  id?: number;
  at: number;
  who: string;
  address: string;
  action: string;
  target: string;
  outcome: string;
}
