// SPDX-License-Identifier: Apache-2.0
// A connector in Vala. Its provider is a mirror, which sends the browser straight back.
public class Mirror : Postern.Connector {
  private string person;

  public override bool configure () throws GLib.Error {
    person = get_settings ().get_string ("person") ?? "visitor";
    if (person == "")
      throw new Postern.Error.CONFIG ("person is empty; write a name");
    return true;
  }

  public override bool handle_step (Postern.Step step) {
    switch (step.get_phase ()) {
    case Postern.StepPhase.BEGIN:
      step.set_state ("began", "yes");
      step.return_prompt (new Postern.Prompt.redirect (@"$(step.get_callback_url ())?code=mirrored&state=$(Uri.escape_string (step.get_callback_state ()))"));
      return true;
    case Postern.StepPhase.CALLBACK:
      if (step.get_input ("code") == "mirrored" && step.get_state ("began") == "yes")
        step.return_subject (new Postern.Subject (person, claims ()));
      return step.is_answered ();
    default:
      return false;
    }
  }

  private Postern.Claims claims () {
    var claims = new Postern.Claims ();
    claims.add_string ("name", person);
    claims.add_string ("email", @"$person@outside.example");
    claims.add_boolean ("email_verified", true);
    return claims;
  }
}

public GLib.Type postern_plugin_query_type () {
  return typeof (Mirror);
}
