import {useState} from "preact/hooks";

import * as api from "../../api";
import {Button, Failure, Panel} from "../../components/basics";
import {ask, Dialog} from "../../components/dialog";
import {Select, TextField} from "../../components/fields";
import type {Column} from "../../components/table";
import {Table} from "../../components/table";
import {act, tell} from "../../components/toasts";
import {session} from "../../http";
import {useDeed} from "../../lib/deed";
import {ago, dateTime} from "../../lib/format";
import {readAll} from "../../lib/pages";
import {usePoll} from "../../lib/poll";
import {useStore} from "../../lib/store";
import type {User} from "../../model";

export const roles = [
  ["viewer", "viewer"],
  ["operator", "operator"],
  ["admin", "admin"],
] as const;

export function Users() {
  const {data, error, refresh} = usePoll(signal => readAll(cursor => api.users({cursor}, signal)), 0);
  const [edited, setEdited] = useState<User | "new" | null>(null);
  const me = useStore(session)?.user;

  const remove = async (user: User) => {
    const yes = await ask({
      title: `Remove ${user.name}?`,
      action: "Remove",
      danger: true,
      text: "This user is logged out and cannot log in any more.",
    });
    if (yes && (await act(api.removeUser(user.name), `${user.name} removed.`))) refresh();
  };
  const columns: Column<User>[] = [
    {title: "Name", leads: true, cell: user => <b>{user.name}</b>},
    {title: "Role", cell: user => user.role},
    {
      title: "Last log-in",
      cell: user => <time title={dateTime(user.last_login)}>{user.last_login ? ago(user.last_login) : "never"}</time>,
    },
    {
      title: "Actions",
      silent: true,
      right: true,
      cell: user => (
        <>
          <Button kind="quiet" label={`Change ${user.name}`} onClick={() => setEdited(user)}>
            Change
          </Button>
          {user.name !== me && (
            <Button kind="quiet" label={`Remove ${user.name}`} onClick={() => void remove(user)}>
              Remove
            </Button>
          )}
        </>
      ),
    },
  ];
  return (
    <Panel title="Users" actions={<Button onClick={() => setEdited("new")}>Add a user</Button>}>
      <Failure text={error} />
      <Table label="Users" columns={columns} items={data ?? []} rowKey={user => user.name} />
      {edited && (
        <Edit
          user={edited === "new" ? null : edited}
          onClose={() => setEdited(null)}
          onDone={() => {
            setEdited(null);
            refresh();
          }}
        />
      )}
    </Panel>
  );
}

function Edit({user, onClose, onDone}: {user: User | null; onClose: () => void; onDone: () => void}) {
  const [name, setName] = useState(user?.name ?? "");
  const [role, setRole] = useState<string>(user?.role ?? "viewer");
  const [password, setPassword] = useState("");
  const {failure, busy, run} = useDeed();
  const submit = (event: Event) => {
    event.preventDefault();
    void run(async () => {
      await (user
        ? api.changeUser(user.name, {role, ...(password && {password})})
        : api.addUser({name, password, role}));
      tell(user ? `${user.name} changed.` : `${name} added.`);
      onDone();
    });
  };
  return (
    <Dialog title={user ? `Change ${user.name}` : "Add a user"} onClose={onClose}>
      <form onSubmit={submit}>
        {!user && <TextField label="Name" value={name} onInput={setName} required max={256} />}
        <Select label="Role" value={role} onInput={setRole} options={roles} />
        <TextField
          label="Password"
          type="password"
          value={password}
          onInput={setPassword}
          required={!user}
          autocomplete="new-password"
          max={1024}
          hint={user ? "Empty: it stays as it is." : undefined}
        />
        <Failure text={failure} />
        <div class="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="main" type="submit" disabled={busy}>
            {user ? "Change" : "Add"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
