// Runs the official `clever` command line.
import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { run } from '../programs.mjs';

const script = fileURLToPath(new URL('node_modules/clever-tools/bin/clever.js', import.meta.url));

// Returns what the command printed; one that fails is an error with all it said.
export function clever(env, ...args) {
  return cleverReading(env, '', ...args);
}

// The same for a command that reads its standard input.
export async function cleverReading(env, input, ...args) {
  const { code, stdout, stderr } = await run(process.execPath, [script, ...args], { env, input });
  if (code !== 0) throw new Error(`clever ${args.join(' ')}: exit ${code}\n${stdout}${stderr}`);
  return stdout;
}

export async function cleverJSON(env, ...args) {
  const text = await clever(env, ...args, '--format', 'json');
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`clever ${args.join(' ')} --format json printed no JSON:\n${text}`);
  }
}

// Starts a command that goes on until it is ended, and looks for a pattern in what it prints.
export function cleverFollowing(env, pattern, ...args) {
  const child = spawn(process.execPath, [script, ...args], { env, cwd: env.HOME, stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = new Promise((resolve) => child.once('close', resolve));
  const { promise: found, resolve: find } = Promise.withResolvers();
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (more) => {
      text += more;
      if (pattern.test(text)) find(true);
    });
  }
  return {
    seen: (milliseconds) => Promise.race([found, closed.then(() => pattern.test(text)), pause(milliseconds, false)]),
    said: () => text,
    end() {
      child.kill();
      return closed;
    },
  };
}

// Runs clever on a terminal of its own and types what it asks for.
export function cleverTyping(env, typed, ...args) {
  return typing(env, typed, process.execPath, script, ...args);
}

// The same for any command. The pseudo terminal is Python's: Node has none.
export async function typing(env, typed, ...command) {
  const terminal = `
import os, pty, sys
typed, command = sys.argv[1], sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
seen, waiting = b"", True
while True:
    try:
        chunk = os.read(fd, 4096)
    except OSError:  # Linux says this, and not end of file, when the program is gone
        break
    if not chunk:
        break
    seen += chunk
    if waiting and b"password" in seen.lower():
        os.write(fd, typed.encode() + b"\\r")
        waiting = False
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;
  const { code, stdout, stderr } = await run('python3', ['-c', terminal, typed, ...command], { env });
  if (code !== 0) throw new Error(`${command.join(' ')}: exit ${code}\n${stdout}${stderr}`);
  return stdout;
}
