// A browser that comes as an npm package, so that its version is in the lock file.
// It is unpacked into the folder for temporary files.
import { after } from 'node:test';
import chromium from '@sparticuz/chromium';
import puppeteer from 'puppeteer-core';

// No sandbox: CI runs as root, and the browser sees nothing but pages of ours.
const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars'];
const browser = puppeteer.launch({ args, executablePath: await chromium.executablePath(), headless: 'shell' });
after(async () => (await browser).close());

// A fresh page without the cookies of any other.
export async function newPage(t, { language = 'en', dark = false, width = 900, height = 800 } = {}) {
  const context = await (await browser).createBrowserContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.setViewport({ width, height });
  await page.setExtraHTTPHeaders({ 'Accept-Language': language });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]);
  page.said = () => page.$eval('main, body', (element) => element.innerText);
  page.press = async (selector = 'button') => {
    await Promise.all([page.waitForNavigation(), page.click(selector)]);
  };
  return page;
}

// Fills the form of the emulated console.
export async function signInAtConsole(page, { email, password, code }) {
  await page.type('input[name=email]', email);
  await page.type('input[name=pass]', password);
  await page.press();
  if (code) {
    await page.type('input[name=mfa_attempt]', code());
    await page.press();
  }
}
