// Runs one script file in PowerShell's engine and prints what comes out of it.

using System;
using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Threading;
using Microsoft.PowerShell;

int code = 1;
var stage = new Thread(() => code = Perform(args[0], args[1..]), maxStackSize: 64 << 20);
stage.Start();
stage.Join();
// The library's threads outlive the script.
Environment.Exit(code);

static int Perform(string script, string[] arguments)
{
    InitialSessionState state = InitialSessionState.CreateDefault2();
    state.ExecutionPolicy = ExecutionPolicy.Bypass;
    state.ThreadOptions = PSThreadOptions.UseCurrentThread;
    using Runspace runspace = RunspaceFactory.CreateRunspace(state);
    runspace.Open();
    using PowerShell shell = PowerShell.Create(runspace);
    shell.AddCommand(script).AddParameters((IList)arguments);

    var output = new PSDataCollection<PSObject>();
    output.DataAdded += (_, added) => Console.WriteLine(output[added.Index]);
    shell.Streams.Error.DataAdded += (_, added) => Console.WriteLine($"error: {shell.Streams.Error[added.Index]}");
    shell.Streams.Warning.DataAdded += (_, added) => Console.WriteLine($"warning: {shell.Streams.Warning[added.Index]}");
    try
    {
        shell.Invoke<object, PSObject>(null, output, null);
    }
    catch (RuntimeException stopped)
    {
        Console.WriteLine($"stopped: {stopped.ErrorRecord.FullyQualifiedErrorId}: {stopped.Message}");
        return 1;
    }
    return 0;
}
