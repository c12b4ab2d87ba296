// SPDX-License-Identifier: GPL-2.0-or-later
// A PBX simulator, a spool and a daemon in a folder of their own: what tests/e2e/lib.bash is to
// tests that need no browser.
'use strict';
const { spawn, execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const ROOT = path.resolve(__dirname, '../..');
const BUILD = path.resolve(ROOT, process.env.BUILD || 'build');
const PATIENCE = 60000; // milliseconds: only so that a test ends
const PASSWORD = 'Pbx-pw83!q';

// Waits until what() gives something true, and returns that. words: what is waited for, as text or
// as what says so in the end.
async function until(what, words, patience = PATIENCE) {
  const end = Date.now() + patience;
  for (;;) {
    const got = await what();
    if (got) return got;
    if (Date.now() > end)
      throw new Error(`waited in vain until ${typeof words === 'string' ? words : words()}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

class World {
  // Without privileges also where the tests run as root, as a service runs.
  constructor() {
    this.folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'extspool-browser-')));
    this.spool = this.at('spool');
    this.bin = this.at('tree/build');
    this.owner = process.getuid() === 0 ? { uid: 65534, gid: 65534 } : {};
    fs.mkdirSync(this.bin, { recursive: true });
    for (const program of ['extspoold', 'extspool', 'pbxsim'])
      fs.copyFileSync(path.join(BUILD, program), path.join(this.bin, program));
    fs.cpSync(path.join(ROOT, 'schemas'), this.at('tree/schemas'), { recursive: true });
    this.write('password', PASSWORD + '\n');
    if (this.owner.uid) {
      fs.chownSync(this.folder, this.owner.uid, this.owner.gid);
      execFileSync('chmod', ['-R', 'a+rX', this.at('tree')]);
    }
    this.logFd = fs.openSync(this.at('log'), 'a');
    this.running = new Map();
  }

  at(...names) {
    return path.join(this.folder, ...names);
  }

  // A file that the daemon alone may read.
  write(name, text) {
    fs.writeFileSync(this.at(name), text, { mode: 0o600 });
    if (this.owner.uid) fs.chownSync(this.at(name), this.owner.uid, this.owner.gid);
  }

  log() {
    return fs.readFileSync(this.at('log'), 'utf8');
  }

  start(name, options, owner = {}) {
    const child = spawn(path.join(this.bin, name), options, {
      cwd: this.folder, stdio: ['ignore', this.logFd, this.logFd], ...owner,
    });
    child.ended = new Promise((done) => child.once('exit', done));
    this.running.set(name, child);
    return child;
  }

  async stop(name, signal = 'SIGTERM') {
    const child = this.running.get(name);
    if (!child) return;
    this.running.delete(name);
    child.kill(signal);
    await child.ended;
  }

  async startPbx(...options) {
    fs.rmSync(this.at('port'), { force: true });
    const child = this.start('pbxsim', ['--port', String(this.pbxPort || 0), '--port-file', 'port',
      '--password-file', 'password', '--state', 'pbx.json', '--sync-state',
      ...options], this.owner);
    await until(() => child.exitCode !== null || (fs.existsSync(this.at('port')) &&
      fs.readFileSync(this.at('port'), 'utf8').trim()), 'the PBX listens');
    this.pbxPort = Number(fs.readFileSync(this.at('port'), 'utf8'));
  }

  // settings: {'section.key': value}, beside those that every test needs.
  configure(settings = {}) {
    const all = {
      'spool.directory': this.spool, 'spool.ready': 'rename', 'spool.rescan': '1s',
      'state.directory': this.at('state'), 'pbx.url': `http://127.0.0.1:${this.pbxPort || 1}`,
      'pbx.username': 'api', 'pbx.password_file': this.at('password'), 'retry.first': '20ms',
      'retry.most': '200ms', 'log.target': 'stderr', ...settings,
    };
    const lines = Object.entries(all).map(([key, value]) => {
      const [section, name] = key.split('.');
      return `[${section}]\n${name}=${value}\n`;
    });
    fs.writeFileSync(this.at('extspoold.conf'), lines.join(''));
  }

  // Until it can be asked.
  async startDaemon() {
    const child = this.start('extspoold', ['-c', this.at('extspoold.conf')], this.owner);
    await until(() => child.exitCode !== null || this.status(), 'the daemon answers');
    if (child.exitCode !== null) throw new Error(`the daemon does not start:\n${this.log()}`);
  }

  extspool(...words) {
    return execFileSync(path.join(this.bin, 'extspool'),
      ['-c', this.at('extspoold.conf'), ...words],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], ...this.owner });
  }

  // What a running daemon says; null while none does.
  status() {
    try {
      const status = JSON.parse(this.extspool('status', '--json'));
      return status.daemon ? status : null;
    } catch {
      return null;
    }
  }

  // The file is there at once, whole.
  drop(name, content) {
    const temporary = path.join(this.spool, 'incoming', '.new');
    fs.writeFileSync(temporary, content);
    if (this.owner.uid) fs.chownSync(temporary, this.owner.uid, this.owner.gid);
    fs.renameSync(temporary, Buffer.concat([Buffer.from(`${this.spool}/incoming/`),
      Buffer.from(name)]));
  }

  // Where the report of that import is, once it is there and says that state.
  async report(id, state, patience) {
    const folder = path.join(this.spool, 'reports');
    return until(() => {
      const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
      const name = names.find((one) => one.startsWith(id) && one.endsWith('.html'));
      if (!name) return null;
      const json = path.join(folder, name.replace(/html$/, 'json'));
      if (!fs.existsSync(json) || JSON.parse(fs.readFileSync(json, 'utf8')).state !== state)
        return null;
      return path.join(folder, name);
    }, () => `import ${id} is ${state}:\n${this.log()}`, patience);
  }

  async end() {
    await this.stop('extspoold', 'SIGKILL');
    await this.stop('pbxsim');
    fs.closeSync(this.logFd);
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

module.exports = { World, until, ROOT, BUILD };
