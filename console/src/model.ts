// What the API answers, in its own words: times are milliseconds since 1970, sizes bytes.

export type * from "./model/access";
export type * from "./model/actors";
export type * from "./model/clients";
export type * from "./model/node";
export type * from "./model/page";
export type * from "./model/topics";
