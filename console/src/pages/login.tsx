import {useEffect, useState} from "preact/hooks";

import * as api from "../api";
import {Button, Failure} from "../components/basics";
import {TextField} from "../components/fields";
import {errorText} from "../http";

export function Login() {
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [failure, setFailure] = useState("");
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    document.title = "Log in – Troupe";
  }, []);

  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setFailure("");
    try {
      await api.login(user, password);
    } catch (error) {
      setFailure(errorText(error));
      setPassword("");
      setBusy(false);
    }
  };

  return (
    <main class="login">
      <form onSubmit={submit} aria-labelledby="login-title">
        <p class="brand">Troupe</p>
        <h1 id="login-title">Log in</h1>
        <TextField label="User" value={user} onInput={setUser} autocomplete="username" required autofocus max={256} />
        <TextField
          label="Password"
          type="password"
          value={password}
          onInput={setPassword}
          autocomplete="current-password"
          required
          max={1024}
        />
        <Failure text={failure} />
        <Button kind="main" type="submit" disabled={busy}>
          {busy ? "Logging in…" : "Log in"}
        </Button>
      </form>
    </main>
  );
}
