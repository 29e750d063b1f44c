/**
 * Puts the dashboard into the page.
 *
 * @module
 */
import { mount } from "svelte";
import App from "./App.svelte";
import "./base.css";
import { Client } from "./client.ts";
import { Dashboard } from "./dashboard.svelte.ts";

const target = document.getElementById("dashboard");
if (target) {
  const dash = new Dashboard(window, new Client(window.fetch.bind(window)));
  mount(App, { target, props: { dash } });
  void dash.begin();
}
