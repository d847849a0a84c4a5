use std::fs;
use std::process::ExitCode;

use utoipa::openapi::OpenApi;

use crate::arguments::Openapi;
use crate::failure::Failure;
use crate::role::Role;
use crate::say;

/// Writes or checks one file per service.
pub(crate) fn write(arguments: &Openapi) -> Result<ExitCode, Failure> {
    for role in Role::ALL {
        let file = arguments.out.join(format!("{role}.json"));
        let shown = file.display();
        let text = text_of(&description(role))?;
        if arguments.check {
            let committed = fs::read_to_string(&file)
                .map_err(|error| Failure::new(&format!("could not read {shown}"), error))?;
            if committed != text {
                return Err(Failure::plain(format!(
                    "{shown} is not what the handlers say; run `haas openapi` and commit it"
                )));
            }
            continue;
        }
        fs::create_dir_all(&arguments.out)
            .and_then(|()| fs::write(&file, text))
            .map_err(|error| Failure::new(&format!("could not write {shown}"), error))?;
        say(&format!("wrote {shown}\n"));
    }
    Ok(ExitCode::SUCCESS)
}

fn description(role: Role) -> OpenApi {
    match role {
        Role::Music => music::openapi(),
    }
}

fn text_of(description: &OpenApi) -> Result<String, Failure> {
    let text = description
        .to_pretty_json()
        .map_err(|error| Failure::new("could not write the description", error))?;
    Ok(text + "\n")
}
